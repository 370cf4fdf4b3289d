"""What became of a sentence that is no criterion, and the words that say why it did not do its part."""

from labproof.ground import fault
from labproof.ground.advice import TRY
from labproof.ground.errors import ActionFailed, CheckFailed, LabError
from labproof.records.model import StepOutcome

_LEFT_OUT = {
    StepOutcome.NOT_PERFORMED: "the student's own work is graded",
    StepOutcome.NOTHING_TO_DO: "all of it was found done",
}


def outcome_of(problem: Exception) -> StepOutcome:
    """Return what became of a sentence that ended in an error."""
    return StepOutcome.FAILED if isinstance(problem, ActionFailed) else StepOutcome.UNDETERMINED


def is_ours(problem: Exception) -> bool:
    """Tell whether an error is none that we raise on purpose, and so a mistake in our own code."""
    return not isinstance(problem, ActionFailed | LabError | CheckFailed)


def note(problem: Exception | None, outcome: StepOutcome, way_back: str) -> str:
    """Return why a sentence did not do its part, and the way out of work that failed; nothing when it did."""
    if problem is None:
        return _LEFT_OUT.get(outcome, "")
    if is_ours(problem):
        return fault.describe(problem)
    said = f"{type(problem).__name__}: {problem}"
    if not isinstance(problem, ActionFailed) or TRY in said:
        return said
    return f"{said}{TRY}correct what it says and run it again; to begin the section afresh: {way_back}"
