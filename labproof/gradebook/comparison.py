"""Two gradings of one class side by side: what changes for whom, and why."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from labproof.gradebook.book import Book, Graded, Mark
from labproof.records.model import Outcome, number


@dataclass(frozen=True)
class Weight:
    """A criterion that is worth something else: None where one of both does not have it."""

    criterion: str
    text: str
    before: Fraction | None
    after: Fraction | None
    missed: int
    """How many students do not earn it now."""


@dataclass(frozen=True)
class Reason:
    """What a criterion changes for one student: what became of it before and after.

    `difference` is what it gives or costs more, in hundredths of the possible: all of a student add up to the change.
    """

    criterion: str
    before: str
    after: str
    difference: Fraction
    is_judged_otherwise: bool = False


@dataclass(frozen=True)
class Change:
    """One student before and after; `after` may have no result, which says why."""

    before: Graded
    after: Graded
    points: tuple[Fraction, Fraction]
    reasons: tuple[Reason, ...]

    @property
    def difference(self) -> Fraction:
        """Return by how many hundredths of the possible the score has changed."""
        return (self.after.share - self.before.share) * 100

    @property
    def is_judged(self) -> bool:
        """Tell whether there is something to compare."""
        return bool(self.before.marks and self.after.marks)


@dataclass(frozen=True)
class Comparison:
    """A whole class before and after."""

    before: Book
    after: Book
    changes: tuple[Change, ...]
    weights: tuple[Weight, ...]
    outcomes: tuple[tuple[str, str, str, int], ...]
    """Criteria that are judged otherwise: which, what they were and are, for how many students."""

    @property
    def judged(self) -> tuple[Change, ...]:
        """Return the students of whom there is something to compare."""
        return tuple(change for change in self.changes if change.is_judged)

    @property
    def changed(self) -> tuple[Change, ...]:
        """Return the students whose score changes."""
        return tuple(change for change in self.judged if change.difference)

    def mean(self, of: str) -> float | None:
        """Return the mean score in percent, `before` or `after`, of those of whom both are known."""
        shares = [getattr(change, of).share for change in self.judged]
        return float(sum(shares) / len(shares) * 100) if shares else None


def compare(before: Book, after: Book) -> Comparison:
    """Return what changes for the students of a class between two gradings of it."""
    known = {graded.student.id: graded for graded in after.students}
    changes = tuple(_change(g, known[g.student.id], before, after) for g in before.students if g.student.id in known)
    counted = Counter(
        (r.criterion, r.before, r.after) for change in changes for r in change.reasons if r.is_judged_otherwise
    )
    outcomes = tuple((*key, count) for key, count in counted.most_common())
    return Comparison(before, after, changes, tuple(_weights(before, after)), outcomes)


def _weights(before: Book, after: Book) -> Iterator[Weight]:
    old, new = ({item.id: item for item in book.items} for book in (before, after))
    # Without a result there is no telling what the class would have been asked.
    for id_ in dict.fromkeys([*old, *new]) if new else ():
        one, other = old.get(id_), new.get(id_)
        points = (one.points if one else None, other.points if other else None)
        if points[0] != points[1]:
            marks = [g.marks[id_] for g in after.students if id_ in g.marks]
            missed = sum(mark.counts is not None and mark.counts < mark.points for mark in marks)
            text = other.text if other else one.text if one else ""
            yield Weight(id_, text, *points, missed)


def _change(before: Graded, after: Graded, old: Book, new: Book) -> Change:
    points = (old.points(before), new.points(after))
    if not (before.marks and after.marks):
        return Change(before, after, points, ())
    found = [r for id_ in {**before.marks, **after.marks} if (r := _reason(id_, before, after))]
    found += _penalty(before, after)
    return Change(before, after, points, tuple(sorted(found, key=lambda r: -abs(r.difference))))


def _reason(id_: str, before: Graded, after: Graded) -> Reason | None:
    """Return what a criterion changes, None where nothing: one that is earned both times costs nothing."""
    one, other = before.marks.get(id_), after.marks.get(id_)
    difference = (_cost(one, before) - _cost(other, after)) * 100
    is_otherwise = bool(one and other and one.outcome is not other.outcome)
    if not difference and not is_otherwise:
        return None
    return Reason(id_, _told(one), _told(other), difference, is_otherwise)


def _cost(mark: Mark | None, graded: Graded) -> Fraction:
    """Return which share of the possible a criterion keeps from being earned."""
    if mark is None or not graded.counted.possible:
        return Fraction(0)
    if mark.counts is None:
        is_waited_for = mark.ruling is None and mark.outcome is Outcome.UNDETERMINED
        return mark.points / graded.counted.possible if is_waited_for else Fraction(0)
    return (mark.points - mark.counts) / graded.counted.possible


def _penalty(before: Graded, after: Graded) -> list[Reason]:
    one, other = (g.taken / g.counted.possible if g.counted.possible else Fraction(0) for g in (before, after))
    if one == other:
        return []
    return [Reason("penalty", f"{number(one * 100)} %", f"{number(other * 100)} %", (one - other) * 100)]


def _told(mark: Mark | None) -> str:
    if mark is None:
        return "not asked"
    counts = "does not count" if mark.counts is None else f"{number(mark.counts)} of {number(mark.points)}"
    why = f" by {mark.blocked_by}" if mark.blocked_by else ""
    return f"{mark.outcome}{why}; {counts}" + (f" ({mark.ruling.kind})" if mark.ruling else "")
