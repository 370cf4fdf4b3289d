"""The handout's coverage in lines for the terminal."""

from labproof.ground import language
from labproof.teaching.handout import Handout


def lines(found: Handout) -> list[str]:
    """Return every instruction with what proves it, or why nothing does, and how many there are of each."""
    if not found.lessons:
        return ["this course has no handout: no section has a handout.toml"]
    said = [line for lesson in found.lessons for line in ["", *_section(found, lesson.exercise.id)]]
    instructions = found.instructions
    graded = sum(bool(i.criteria) for i in instructions)
    asked = sum(bool(found.of(name)) for name in found.criteria)
    return [
        *said[1:],
        "",
        f"{len(instructions)} instructions: {graded} proven by criteria, {len(instructions) - graded} not graded",
        f"{len(found.criteria)} criteria: {asked} asked for by an instruction",
    ]


def _section(found: Handout, section: str) -> list[str]:
    lesson = next(each for each in found.lessons if each.exercise.id == section)
    title = lesson.exercise.title.get("en", section)
    said = [f"{lesson.exercise.order}. {title} (handout {lesson.exercise.handout})"]
    for instruction in lesson.text.instruction:
        said.append(
            f"  {instruction.id} ({', '.join(instruction.paragraphs)}): {found.say(instruction.do, language.current())}"
        )
        if instruction.ungraded is not None:
            said.append(f"    not graded: {found.say(instruction.ungraded, language.current())}")
        said += [f"    {name}" for name in instruction.criteria]
    return said
