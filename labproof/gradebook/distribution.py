"""How the scores of a class are spread."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

BINS = 10


@dataclass(frozen=True)
class Bin:
    """Scores from `low` up to, but not with, `high`, in percent; the last bin holds full marks too."""

    low: int
    high: int
    count: int


@dataclass(frozen=True)
class Distribution:
    """The scores of a class in percent, and how many students they are of."""

    n: int
    bins: tuple[Bin, ...]
    mean: float | None = None
    median: float | None = None
    deviation: float | None = None
    quartiles: tuple[float, float] | None = None

    @property
    def tallest(self) -> int:
        """Return the count of the fullest bin, at least 1."""
        return max([1, *(b.count for b in self.bins)])


def distribution(shares: Sequence[Fraction]) -> Distribution:
    """Return how shares from 0 to 1 are spread; the deviation is that of the class itself, not of a sample."""
    width = 100 // BINS
    counts = [0] * BINS
    for share in shares:
        counts[min(int(share * BINS), BINS - 1)] += 1
    bins = tuple(Bin(width * i, width * (i + 1), count) for i, count in enumerate(counts))
    percent = [float(share * 100) for share in shares]
    if len(percent) < 2:
        only = percent[0] if percent else None
        return Distribution(len(percent), bins, only, only)
    low, _, high = statistics.quantiles(percent, n=4, method="inclusive")
    return Distribution(
        len(percent),
        bins,
        statistics.fmean(percent),
        statistics.median(percent),
        statistics.pstdev(percent),
        (low, high),
    )
