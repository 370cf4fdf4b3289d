"""Classical item analysis: how hard each criterion was, and how well it tells strong students from weak ones."""

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from labproof.gradebook.book import Book, Graded, Item
from labproof.records.model import Outcome

FEW = 10
"""Below so many students no discrimination is given: one student would turn its sign."""
SOME = 30
"""Below so many students a discrimination is shown as uncertain: its standard error, 1/sqrt(n), is above 0.18."""

_JUDGED = (Outcome.PASSED, Outcome.FAILED, Outcome.BLOCKED)


@dataclass(frozen=True)
class ItemAnalysis:
    """What a class made of one criterion."""

    item: Item
    passed: int
    failed: int
    blocked: int
    unjudged: int
    discrimination: float | None

    @property
    def n(self) -> int:
        """Return how many students were judged: undetermined and skipped say nothing of them."""
        return self.passed + self.failed + self.blocked

    @property
    def reached(self) -> int:
        """Return how many students had the chance: nothing earlier blocked it."""
        return self.passed + self.failed

    @property
    def difficulty(self) -> float | None:
        """Return the p value: the share of those judged who earned it; 1 is easy."""
        return self.passed / self.n if self.n else None

    @property
    def difficulty_reached(self) -> float | None:
        """Return the share of those who earned it among those who were not blocked earlier."""
        return self.passed / self.reached if self.reached else None

    @property
    def is_uncertain(self) -> bool:
        """Tell whether there are too few students to trust the discrimination."""
        return self.n < SOME


def analyse(book: Book) -> tuple[ItemAnalysis, ...]:
    """Return the analysis of each criterion, in the order of the course, from every student with a result."""
    students = [_Student(g, g.score.earned, g.score.possible - g.score.undetermined) for g in book.students]
    return tuple(_analysis(item, students) for item in book.items)


class _Student(NamedTuple):
    """A student with the points of all that was judged, which are the same for each item."""

    graded: Graded
    earned: Fraction
    possible: Fraction


def _analysis(item: Item, students: Sequence[_Student]) -> ItemAnalysis:
    seen = [s for s in students if item.id in s.graded.marks]
    counts = Counter(s.graded.marks[item.id].outcome for s in seen)
    judged = [s for s in seen if s.graded.marks[item.id].outcome in _JUDGED]
    return ItemAnalysis(
        item,
        counts[Outcome.PASSED],
        counts[Outcome.FAILED],
        counts[Outcome.BLOCKED],
        counts[Outcome.UNDETERMINED] + counts[Outcome.SKIPPED],
        _point_biserial(item, judged),
    )


def _point_biserial(item: Item, judged: Sequence[_Student]) -> float | None:
    """Return the correlation of an item, earned or not, with the rest score: the item itself is left out of it."""
    if len(judged) < FEW:
        return None
    earned = [float(s.graded.marks[item.id].outcome is Outcome.PASSED) for s in judged]
    if len(set(earned)) < 2:
        # Everybody earned it, or nobody, as with most items: then it tells nobody apart.
        return None
    rest = [_rest(item, student) for student in judged]
    try:
        return statistics.correlation(earned, rest)
    # All are alike in the rest.
    except statistics.StatisticsError:
        return None


def _rest(item: Item, student: _Student) -> float:
    """Return the share earned of all other points that were judged: what was not seen counts neither way."""
    own = student.graded.marks[item.id]
    possible = student.possible - own.points
    return float((student.earned - own.earned) / possible) if possible else 0.0
