"""What an instructor has decided, on top of what the evidence gave: plain data that every report and export tells.

Nothing of a run is changed by it: `result.json` says what was seen, a ruling says what is made of that, and why.
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class Kind(StrEnum):
    """What a decision does; the first three are about a criterion, the others about the whole score."""

    OVERRIDE = "override"
    WAIVER = "waiver"
    DROP = "drop"
    PENALTY = "penalty"
    LATE = "late"


@dataclass(frozen=True)
class Ruling:
    """One decision as it bears on one student.

    `place` is its entry in the file of decisions. `evidence` and `counts` are what was seen and what counts now, in
    words. `points` are those that an override gives; None where the criterion counts neither way. `idle` says why the
    decision has no effect, and is empty where it has one.
    """

    kind: Kind
    place: str
    reason: str
    author: str
    date: str
    expires: str = ""
    criterion: str = ""
    evidence: str = ""
    counts: str = ""
    points: Fraction | None = None
    idle: str = ""

    @property
    def what(self) -> str:
        """Return what was decided in a few words."""
        return f"{self.kind} of {self.criterion}" if self.criterion else _OF_SCORE[self.kind]

    @property
    def who(self) -> str:
        """Return who decided, when, and how long it counts."""
        return f"{self.author}, {self.date}" + (f", until {self.expires}" if self.expires else "")

    def __str__(self) -> str:
        made = f"no effect, {self.idle}" if self.idle else f"{self.evidence} by the evidence, {self.counts}"
        return f"{self.what}: {made} ({self.who}): {self.reason}"


_OF_SCORE = {Kind.PENALTY: "penalty", Kind.LATE: "late penalty"}


@dataclass(frozen=True)
class Decided:
    """What a student's points are by an instructor's word: `before` by the evidence, `earned` of `possible` now.

    `taken` are the points that a penalty takes; `earned` is without them.
    """

    rulings: tuple[Ruling, ...]
    before: str
    earned: Fraction
    possible: Fraction
    taken: Fraction = Fraction(0)
