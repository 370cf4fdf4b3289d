"""A class as it was graded: each student with what the own result says, and what can be told of the whole class."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from labproof.gradebook.bearing import Bearing
from labproof.gradebook.class_file import Student
from labproof.gradebook.decisions import NOTHING, Decisions
from labproof.records.model import LabDescription, Outcome, Score, Slip
from labproof.records.ruling import Decided, Ruling


@dataclass(frozen=True)
class Mark:
    """What became of one criterion for one student, without the evidence: that stands in the student's report.

    `ruling` is what the instructor has decided about it, if anything: `outcome` stays what the evidence gave.
    """

    outcome: Outcome
    points: Fraction
    found: str = ""
    blocked_by: str = ""
    slips: tuple[Slip, ...] = ()
    ruling: Ruling | None = None

    @property
    def earned(self) -> Fraction:
        """Return the points that the evidence gives."""
        return self.points if self.outcome is Outcome.PASSED else Fraction(0)

    @property
    def counts(self) -> Fraction | None:
        """Return the points that count by evidence and by the instructor's word; None where it counts neither way."""
        if self.ruling is not None:
            return self.ruling.points
        return None if self.outcome in (Outcome.UNDETERMINED, Outcome.SKIPPED) else self.earned


@dataclass(frozen=True)
class Item:
    """One criterion of the class, as the results have it."""

    id: str
    text: str
    points: Fraction
    section: str


@dataclass(frozen=True)
class Graded:
    """One student with the own result. `withheld` says why the score is not passed on, and is empty where it is.

    `score` is what the evidence gives, `bearing` what counts by the instructor's word.
    """

    student: Student
    marks: dict[str, Mark] = field(default_factory=dict)
    score: Score = field(default_factory=Score)
    lab: LabDescription | None = None
    run: str = ""
    finished: str = ""
    seconds: float = 0.0
    withheld: str = ""
    bearing: Bearing = field(default_factory=lambda: Bearing(Score()))

    @property
    def is_final(self) -> bool:
        """Tell whether the score can be passed on: everything was seen, with the rubric of the class."""
        return not self.withheld

    @property
    def share(self) -> Fraction:
        """Return the share of the points that could be had in this student's lab, a penalty taken off."""
        return self.bearing.share

    @property
    def counted(self) -> Score:
        """Return the score that counts, before a penalty is taken off."""
        return self.bearing.counted

    @property
    def earned(self) -> Fraction:
        """Return the points that count in this student's lab, a penalty taken off."""
        return self.share * self.counted.possible

    @property
    def taken(self) -> Fraction:
        """Return the points that a penalty takes in this student's lab."""
        return self.counted.earned - self.earned

    @property
    def rulings(self) -> tuple[Ruling, ...]:
        """Return what the instructor has decided about this student."""
        return self.bearing.rulings

    @property
    def decided(self) -> Decided | None:
        """Return what the instructor's word makes of the score, None where nothing was decided."""
        return self.bearing.decided(self.score)

    def earned_in(self, items: Iterable[Item]) -> Fraction | None:
        """Return the points that count for these criteria, None where the result has none of them."""
        marks = [self.marks[item.id] for item in items if item.id in self.marks]
        return sum((mark.counts or Fraction(0) for mark in marks), Fraction(0)) if marks else None


@dataclass(frozen=True)
class Book:
    """A whole class: its students in the order of the roster."""

    course: str
    students: tuple[Graded, ...]
    items: tuple[Item, ...]
    titles: dict[str, dict[str, str]]
    """The title of each section by its id, in each language."""

    decisions: Decisions = NOTHING

    @property
    def final(self) -> tuple[Graded, ...]:
        """Return the students whose score can be passed on."""
        return tuple(g for g in self.students if g.is_final)

    @property
    def sections(self) -> Iterator[tuple[str, tuple[Item, ...]]]:
        """Yield each section with its criteria, in the order of the course."""
        for name in self.titles:
            if items := tuple(i for i in self.items if i.section == name):
                yield name, items

    @property
    def worth(self) -> dict[str, Fraction]:
        """Return the points of each criterion."""
        return {item.id: item.points for item in self.items}

    @cached_property
    def possible(self) -> Fraction:
        """Return the points that most labs of the class could have; of two that are as many, the larger number."""
        counted = Counter(g.counted.possible for g in self.final)
        return max(counted, key=lambda points: (counted[points], points), default=Fraction(0))

    def points(self, graded: Graded) -> Fraction:
        """Return a score out of what most labs could have: what one lab was not asked counts neither way."""
        return graded.share * self.possible

    def raw_points(self, graded: Graded) -> tuple[Fraction, Fraction, Fraction]:
        """Return a score out of the same before a penalty, the penalty, and what is left."""
        left = self.points(graded)
        share = graded.counted.earned / graded.counted.possible if graded.counted.possible else Fraction(0)
        return share * self.possible, share * self.possible - left, left
