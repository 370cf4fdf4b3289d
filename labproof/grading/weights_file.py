"""The rubric as a weights file: a place to start from for an instructor's own."""

from fractions import Fraction

from labproof.grading.exercise import Criterion, Exercise
from labproof.grading.rubric import Rubric
from labproof.records.model import number


def lines(rubric: Rubric) -> list[str]:
    """Return the lines of a file that, given back as weights, changes nothing."""
    total = sum((entry.points for entry in rubric.entries.values()), Fraction(0))
    head = [
        "# What each criterion is worth, for each of its machines. Change what you like: all of it adds up to total.",
        f"total = {number(total)}",
        "",
        "[points]",
    ]
    return head + [line for exercise in rubric.exercises for line in _section(exercise)]


def _section(exercise: Exercise) -> list[str]:
    option = f", only with --{exercise.only_with}" if exercise.only_with else ""
    title = f"# {exercise.title.get('en', exercise.id)} (handout {exercise.handout}{option})"
    return ["", title, *(f'"{c.id}" = {float(c.points):g}{_times(c)}' for c in exercise.criterion)]


def _times(criterion: Criterion) -> str:
    return f"  # for each of {', '.join(criterion.machines)}" if len(criterion.machines) > 1 else ""
