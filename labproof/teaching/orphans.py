"""What in a handout is orphaned: an instruction that nothing proves, a criterion that nothing asks for."""

from collections import Counter
from collections.abc import Iterator

from labproof.grading.rubric import Rubric
from labproof.ground.errors import ConfigError
from labproof.host import table
from labproof.teaching import facts
from labproof.teaching.handout import NAME, Handout, Lesson, read, texts
from labproof.teaching.handout_file import LANGUAGES, Instruction


def load(rubric: Rubric) -> Handout:
    """Read the handout. Raises ConfigError with everything in it that is wrong or orphaned, or when there is none."""
    found = read(rubric)
    if not found.lessons:
        raise ConfigError([f"exercises: no section of this course has a {NAME}; write one beside its exercise.toml"])
    if orphaned := problems(found):
        raise ConfigError(orphaned)
    return found


def problems(handout: Handout) -> list[str]:
    """Return everything that is wrong or orphaned, each with its file; nothing for a course without a handout."""
    if not handout.lessons:
        return []
    return [*_sections(handout), *_instructions(handout), *_criteria(handout)]


def _sections(handout: Handout) -> Iterator[str]:
    there = {lesson.exercise.id for lesson in handout.lessons}
    for exercise in handout.rubric.exercises:
        if exercise.id not in there:
            path = handout.rubric.file(exercise.id).with_name(NAME)
            yield f"{path}: missing, though other sections have theirs; write what this one asks a student to do"
    counted = Counter(instruction.id for instruction in handout.instructions)
    for lesson in handout.lessons:
        yield from _texts(handout, lesson)
        for id_ in (i.id for i in lesson.text.instruction if counted[i.id] > 1):
            yield f"{lesson.path}: instruction {id_}: this id stands twice; give each its own"


def _texts(handout: Handout, lesson: Lesson) -> Iterator[str]:
    for place, text in texts(lesson):
        for language in LANGUAGES:
            if not text.said(language).strip():
                yield f"{lesson.path}: {place}.{language}: empty; write it"
            for name in facts.unknown(text.said(language), handout.facts):
                yield f"{lesson.path}: {place}.{language}: {{{name}}}: no such fact of the course; correct it"


def _instructions(handout: Handout) -> Iterator[str]:
    machines = table.load().names
    for lesson in handout.lessons:
        for instruction in lesson.text.instruction:
            place = f"{lesson.path}: instruction {instruction.id}"
            yield from (f"{place}: {said}" for said in _instruction(handout, lesson, instruction))
            for name in instruction.machines:
                if name not in machines:
                    yield f"{place}: machines: no machine {name!r}; there are: {', '.join(machines)}"


def _instruction(handout: Handout, lesson: Lesson, instruction: Instruction) -> Iterator[str]:
    if not instruction.id.startswith(f"{lesson.exercise.id}."):
        yield f"id: expected one that begins with {lesson.exercise.id}.; correct it"
    if not instruction.paragraphs:
        yield "paragraphs: empty; name the handout's"
    if not instruction.criteria and instruction.ungraded is None:
        yield "no criterion proves it; name its criteria, or write under `ungraded` why there are none"
    if instruction.criteria and instruction.ungraded is not None:
        yield "ungraded: it has criteria; remove one of the two"
    for name in instruction.criteria:
        if name not in handout.criteria:
            yield f"criteria: no criterion {name!r}; correct it"
    for name in facts.unknown(instruction.run, handout.facts):
        yield f"run: {{{name}}}: no such fact of the course; correct it"


def _criteria(handout: Handout) -> Iterator[str]:
    for exercise in handout.rubric.exercises:
        for criterion in exercise.criterion:
            if not handout.of(criterion.id):
                path = handout.rubric.file(exercise.id)
                yield f"{path}: criterion {criterion.id}: no instruction of the handout asks for it; name it in {NAME}"
