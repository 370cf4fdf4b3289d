"""A run against the earlier ones of the same machines: what it is to them, and what has turned since."""

from dataclasses import dataclass

from labproof.records.history import attempt, is_attempt, share
from labproof.records.model import Attempt, CriterionRecord, History, Outcome, RunRecord


@dataclass(frozen=True)
class Progression:
    """A run as the newest of several attempts; one that did not come to its end is none, and is compared all the same.

    `green` were not earned before and are now, `red` the other way; `unseen` were judged before and are not now.
    """

    history: History
    this: Attempt
    is_attempt: bool
    green: tuple[CriterionRecord, ...]
    red: tuple[CriterionRecord, ...]
    unseen: tuple[CriterionRecord, ...]

    @property
    def count(self) -> int:
        """Return how many attempts there were, this one among them if it is one."""
        return self.history.count + self.is_attempt

    @property
    def before(self) -> Attempt:
        """Return the attempt that this run is compared with."""
        return self.history.recent[0]

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Return the last attempts, the newest first."""
        return (self.this, *self.history.recent) if self.is_attempt else self.history.recent

    @property
    def best(self) -> Attempt:
        """Return the attempt that earned most, the newest of several."""
        is_best = self.is_attempt and share(self.this) >= share(self.history.best)
        return self.this if is_best else self.history.best


def progression(run: RunRecord) -> Progression | None:
    """Return how a run stands to the earlier ones of its machines, None where there are none."""
    history = run.history
    if history is None or not history.recent:
        return None
    turned = [c for c in run.criteria if c.id in history.was]
    green = tuple(c for c in turned if c.outcome is Outcome.PASSED)
    red = tuple(c for c in turned if history.was[c.id] == Outcome.PASSED and c.outcome in _NOT_EARNED)
    unseen = tuple(c for c in turned if c.outcome is Outcome.UNDETERMINED)
    return Progression(history, attempt(run), is_attempt(run), green, red, unseen)


_NOT_EARNED = (Outcome.FAILED, Outcome.BLOCKED)
