"""What has become of a student's work since the last look, what to do next, and what that would bring."""

from labproof.ground.wording import fill, headed, say
from labproof.records.model import CriterionRecord, Outcome, RunRecord, number
from labproof.showing.fixes import Fix, ranked

_RED = (Outcome.FAILED, Outcome.BLOCKED)


def lines(before: RunRecord | None, after: RunRecord) -> list[tuple[str, str]]:
    """Return what to tell of a look, in the language that is spoken now, each line with its style.

    Nothing is told of what is as it was.
    """
    told = [line for criterion in after.criteria if (line := _change(_earlier(before, criterion), criterion))]
    if before is not None and before.score == after.score and not told:
        return []
    told.append((say(f"score: {after.score} points"), "bold"))
    if fixes := ranked(after):
        told += [(line, "") for line in _next(fixes[0])]
    elif after.score.is_full:
        told.append((say("everything is earned: `labproof grade` writes it down"), "bold green"))
    return told


def _earlier(before: RunRecord | None, criterion: CriterionRecord) -> Outcome | None:
    if before is None:
        return None
    return next((c.outcome for c in before.criteria if c.id == criterion.id), None)


def _change(old: Outcome | None, criterion: CriterionRecord) -> tuple[str, str] | None:
    """Return what has become of a criterion; at the first look there is nothing that it could have come from."""
    new = criterion.outcome
    if old is None or old is new:
        return None
    sentence = f"{criterion.id}: {say(criterion.text)}"
    if new is Outcome.PASSED:
        return f"+ {sentence} (+{number(criterion.points)})", "green"
    if old is Outcome.PASSED and new in _RED:
        return headed(f"- {sentence} (-{number(criterion.points)})", _found(criterion)), "red"
    if new is Outcome.FAILED:
        return headed(f"- {sentence}", _found(criterion)), "red"
    if new is Outcome.UNDETERMINED:
        return f"? {criterion.id}: {say(criterion.reason or criterion.found)}", "blue"
    return None


def _found(criterion: CriterionRecord) -> str:
    if criterion.outcome is Outcome.BLOCKED:
        return fill("blocked by {blocked_by}", blocked_by=criterion.blocked_by)
    return fill("expected {expected}, found {found}", expected=say(criterion.expected), found=say(criterion.found))


def _next(fix: Fix) -> list[str]:
    brings = say(f"{number(fix.points)} points" if fix.points != 1 else "1 point")
    if fix.unblocks:
        brings += fill(", and {unblocks} more can be earned then", unblocks=number(fix.unblocks))
    told = [fill("next: {text} ({brings})", text=say(fix.lead.text), brings=brings), f"  {_found(fix.lead)}"]
    hints = [fill("  hint: {hint}", hint=say(hint)) for hint in fix.lead.hints[:1]]
    return [*told, *hints, fill("  more: labproof explain {id}", id=fix.lead.id)]
