"""What could not be seen, by the reason: one that kept many criteria from being judged is told once."""

from fractions import Fraction
from typing import NamedTuple

from labproof.records.model import CriterionRecord, Outcome, RunRecord


class Unseen(NamedTuple):
    """A reason for which criteria could not be judged, and those."""

    reason: str
    criteria: tuple[CriterionRecord, ...]

    @property
    def points(self) -> Fraction:
        """Return what they are worth together."""
        return sum((criterion.points for criterion in self.criteria), Fraction(0))


def unseen(run: RunRecord) -> tuple[Unseen, ...]:
    """Return what could not be seen in a run, the reason that costs a look at the most points first."""
    by_reason: dict[str, list[CriterionRecord]] = {}
    for criterion in run.criteria:
        if criterion.outcome is Outcome.UNDETERMINED:
            by_reason.setdefault(criterion.reason or criterion.found, []).append(criterion)
    found = (Unseen(reason, tuple(criteria)) for reason, criteria in by_reason.items())
    return tuple(sorted(found, key=lambda each: -each.points))
