"""The whole handout: the instructions of every section beside the rubric that they are graded by."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from labproof.grading.exercise import Criterion, Exercise
from labproof.grading.rubric import Rubric
from labproof.ground import settings
from labproof.ground.errors import ConfigError
from labproof.teaching import facts as course_facts
from labproof.teaching.facts import Facts
from labproof.teaching.handout_file import HandoutFile, Instruction, Text

NAME = "handout.toml"


@dataclass(frozen=True)
class Lesson:
    """One section as it is taught: its exercise, the file with its instructions, and what that holds."""

    exercise: Exercise
    path: Path
    text: HandoutFile


@dataclass(frozen=True)
class Handout:
    """Every section that has instructions, in order; a course may have none."""

    rubric: Rubric
    lessons: tuple[Lesson, ...]
    facts: Facts = field(repr=False)

    @property
    def instructions(self) -> tuple[Instruction, ...]:
        """Return every instruction, in order."""
        return tuple(i for lesson in self.lessons for i in lesson.text.instruction)

    @cached_property
    def criteria(self) -> dict[str, Criterion]:
        """Return every criterion of the course by its id, without its machines."""
        return {c.id: c for exercise in self.rubric.exercises for c in exercise.criterion}

    def of(self, criterion: str) -> tuple[Instruction, ...]:
        """Return the instructions that a criterion proves; its id may name a machine."""
        return tuple(i for i in self.instructions if criterion.partition("@")[0] in i.criteria)

    def say(self, text: Text, language: str) -> str:
        """Return a text in a language, with the course's facts."""
        return course_facts.filled(text.said(language), self.facts)

    def commands(self, instruction: Instruction) -> str:
        """Return what is typed for an instruction, with the course's facts; nothing where nothing is."""
        return course_facts.filled(instruction.run.strip("\n"), self.facts)


def read(rubric: Rubric) -> Handout:
    """Read the instructions of every section that has some. Raises ConfigError when a file cannot be read."""
    problems: list[str] = []
    lessons = []
    for exercise in rubric.exercises:
        path = rubric.file(exercise.id).with_name(NAME)
        if path.exists():
            try:
                lessons.append(Lesson(exercise, path, settings.load(path, HandoutFile)))
            except ConfigError as refused:
                problems += refused.problems
    if problems:
        raise ConfigError(problems)
    folders = {path.parent.parent for path in rubric.files.values()}
    return Handout(rubric, tuple(lessons), course_facts.load(min(folders)) if folders else {})


def texts(lesson: Lesson) -> Iterator[tuple[str, Text]]:
    """Yield every text of a lesson with its place in the file."""
    yield "intro", lesson.text.intro
    yield "done", lesson.text.done
    for instruction in lesson.text.instruction:
        yield f"instruction {instruction.id}: do", instruction.do
        if instruction.ungraded is not None:
            yield f"instruction {instruction.id}: ungraded", instruction.ungraded
    for number, note in enumerate(lesson.text.note, 1):
        yield f"note number {number}", note
