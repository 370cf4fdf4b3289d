"""What to teach again: what each mistake has cost the class, and which mistakes come together."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from labproof.gradebook.book import Book, Graded, Item
from labproof.records.model import Outcome, Slip

FEWEST = 3
"""In fewer students two failures that come together are a coincidence that is not worth a line."""
WEAKEST = 0.3
"""The smallest phi that is told: Cohen's (1988) medium effect."""
SHOWN = 20


@dataclass(frozen=True)
class Lesson:
    """One criterion that students failed: what it cost them all, with what it blocked, and what they did wrong."""

    item: Item
    students: tuple[Graded, ...]
    lost: Fraction
    blocked: Fraction
    slips: tuple[tuple[Slip, int], ...]

    @property
    def cost(self) -> Fraction:
        """Return all points that the class would have had without this mistake, at most."""
        return self.lost + self.blocked


@dataclass(frozen=True)
class Pair:
    """Two criteria that the same students fail: `both` of `n` whom both were asked. `phi` runs from -1 to 1."""

    one: Item
    other: Item
    both: int
    n: int
    phi: float


def lessons(book: Book) -> tuple[Lesson, ...]:
    """Return what was failed, the costliest for the class first."""
    students: defaultdict[str, list[Graded]] = defaultdict(list)
    blocked: dict[str, Fraction] = defaultdict(Fraction)
    for graded in book.students:
        for id_, mark in graded.marks.items():
            if mark.outcome is Outcome.FAILED:
                students[id_].append(graded)
            elif mark.outcome is Outcome.BLOCKED:
                blocked[_root(id_, graded)] += mark.points
    found = [
        Lesson(
            item,
            tuple(students[item.id]),
            sum((g.marks[item.id].points for g in students[item.id]), Fraction(0)),
            blocked.get(item.id, Fraction(0)),
            _slips(item, students[item.id]),
        )
        for item in book.items
        if item.id in students
    ]
    return tuple(sorted(found, key=lambda lesson: -lesson.cost))


def together(book: Book) -> tuple[Pair, ...]:
    """Return the criteria that the same students fail, the closest pair first; who was blocked says nothing of two."""
    failed = _sets(book, (Outcome.FAILED,))
    asked = _sets(book, (Outcome.FAILED, Outcome.PASSED))
    candidates = [item for item in book.items if failed[item.id].bit_count() >= FEWEST]
    found = []
    for one, other in combinations(candidates, 2):
        who = asked[one.id] & asked[other.id]
        both = (failed[one.id] & failed[other.id]).bit_count()
        if both < FEWEST:
            continue
        phi = _phi(both, (failed[one.id] & who).bit_count(), (failed[other.id] & who).bit_count(), who.bit_count())
        if phi >= WEAKEST:
            found.append(Pair(one, other, both, who.bit_count(), phi))
    return tuple(sorted(found, key=lambda pair: (-pair.phi, -pair.both))[:SHOWN])


def _root(id_: str, graded: Graded) -> str:
    """Return the criterion at the beginning of a chain of blocked ones."""
    passed = {id_}
    while (mark := graded.marks.get(id_)) and mark.outcome is Outcome.BLOCKED and mark.blocked_by not in passed:
        id_ = mark.blocked_by
        passed.add(id_)
    return id_


def _slips(item: Item, students: list[Graded]) -> tuple[tuple[Slip, int], ...]:
    """Return the known mistakes that were seen, the most frequent first."""
    by_id: dict[str, Slip] = {}
    counts: Counter[str] = Counter()
    for graded in students:
        for slip in graded.marks[item.id].slips:
            by_id.setdefault(slip.id, slip)
            counts[slip.id] += 1
    return tuple((by_id[id_], count) for id_, count in counts.most_common())


def _sets(book: Book, outcomes: tuple[Outcome, ...]) -> dict[str, int]:
    """Return for each criterion who has one of the outcomes, a bit for each student."""
    return {item.id: sum(_bits(book, item, outcomes)) for item in book.items}


def _bits(book: Book, item: Item, outcomes: tuple[Outcome, ...]) -> Iterator[int]:
    for place, graded in enumerate(book.students):
        if (mark := graded.marks.get(item.id)) and mark.outcome in outcomes:
            yield 1 << place


def _phi(both: int, one: int, other: int, n: int) -> float:
    """Return the correlation of two things that are so or not: `both`, each at all, of `n`."""
    spread = one * (n - one) * other * (n - other)
    # All students fail one of the two: nothing goes with that.
    return (n * both - one * other) / math.sqrt(spread) if spread > 0 else 0.0
