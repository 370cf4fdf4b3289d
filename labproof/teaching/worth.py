"""What sections, instructions and criteria are worth, each point counted once."""

from fractions import Fraction

from labproof.grading.exercise import Criterion, Exercise
from labproof.grading.rubric import Rubric
from labproof.records.model import number


def of_section(rubric: Rubric, exercise: Exercise) -> Fraction:
    """Return the points of a section."""
    return sum((e.points for e in rubric.entries.values() if e.section == exercise.id), Fraction(0))


def of_course(rubric: Rubric) -> Fraction:
    """Return the points of all sections together."""
    return sum((e.points for e in rubric.entries.values()), Fraction(0))


def times(criterion: Criterion) -> str:
    """Return a criterion's points in figures: `2`, or `2 x 0.5` where it counts for two machines."""
    points = number(Fraction(criterion.points).limit_denominator(100))
    return f"{len(criterion.machines)} x {points}" if len(criterion.machines) > 1 else points


def sentence(text: str, criterion: Criterion, machines: tuple[str, ...], each: str) -> str:
    """Return a criterion's sentence, in any language, for all of its machines at once; `each` is what they are called.

    `machines` are those of the course: one that concerns only some of them names these.
    """
    who = each if len(criterion.machines) == len(machines) > 1 else ", ".join(criterion.machines)
    return text.replace('"{machine}"', who).replace("{machine}", who)
