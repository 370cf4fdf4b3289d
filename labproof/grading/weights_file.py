"""The rubric as a weights file: a place to start from for an instructor's own."""

from fractions import Fraction

from labproof.grading.exercise import Criterion, Exercise
from labproof.grading.rubric import Rubric
from labproof.ground import language
from labproof.ground.wording import fill, say
from labproof.records.model import number


def lines(rubric: Rubric) -> list[str]:
    """Return the lines of a file that, given back as weights, changes nothing; its comments are for the reader."""
    total = sum((entry.points for entry in rubric.entries.values()), Fraction(0))
    told = say(
        "What each criterion is worth, for each of its machines. Change what you like: all of it adds up to total."
    )
    head = [f"# {told}", f"total = {number(total)}", "", "[points]"]
    return head + [line for exercise in rubric.exercises for line in _section(exercise)]


def _section(exercise: Exercise) -> list[str]:
    fillings = {"title": _title(exercise), "handout": exercise.handout, "option": exercise.only_with}
    told = fill("{title} (handout {handout}, only with --{option})", **fillings)
    if not exercise.only_with:
        told = fill("{title} (handout {handout})", **fillings)
    return ["", f"# {told}", *(f'"{c.id}" = {float(c.points):g}{_times(c)}' for c in exercise.criterion)]


def _title(exercise: Exercise) -> str:
    return exercise.title.get(language.current()) or say(exercise.title.get(language.ENGLISH, exercise.id))


def _times(criterion: Criterion) -> str:
    if len(criterion.machines) < 2:
        return ""
    return f"  # {fill('for each of {machines}', machines=', '.join(criterion.machines))}"
