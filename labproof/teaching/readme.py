"""A section's README.md, as whoever reads the files of a course sees what it asks for."""

import textwrap
from collections.abc import Iterator

from labproof.records.model import number
from labproof.teaching import worth
from labproof.teaching.handout import Handout, Lesson

_WIDTH = 118


def readme(found: Handout, lesson: Lesson) -> str:
    """Return the README of a section, in English, from its handout.toml."""
    return "\n".join(_lines(found, lesson)) + "\n"


def _lines(found: Handout, lesson: Lesson) -> Iterator[str]:
    exercise = lesson.exercise
    titles = [exercise.title["en"], *(text for lang, text in exercise.title.items() if lang != "en")]
    yield f"# {exercise.order}. {' · '.join(titles)}"
    yield ""
    yield from _wrapped(" ".join(_facts(found, lesson)))
    yield ""
    yield from _wrapped(found.say(lesson.text.intro, "en"))
    yield ""
    for place, instruction in enumerate(lesson.text.instruction, 1):
        where = f" ({', '.join(instruction.machines)})" if instruction.machines else ""
        yield from _wrapped(f"{found.say(instruction.do, 'en')}{where}", f"{place}. ")
    yield ""
    yield from _wrapped(f"Done when: {found.say(lesson.text.done, 'en')}")
    if lesson.text.note:
        yield ""
        yield "Good to know:"
        yield ""
        for note in lesson.text.note:
            yield from _wrapped(found.say(note, "en"), "- ")


def _facts(found: Handout, lesson: Lesson) -> Iterator[str]:
    exercise = lesson.exercise
    yield f"Handout {exercise.handout}. Worth {number(worth.of_section(found.rubric, exercise))} points."
    if exercise.needs:
        yield f"Builds on: {', '.join(exercise.needs)}."
    if exercise.only_with:
        yield f"Only with `--{exercise.only_with}`."
    yield "Made from `handout.toml` by `make docs`; `labproof handout` shows it with every command and point."


def _wrapped(text: str, first: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )
