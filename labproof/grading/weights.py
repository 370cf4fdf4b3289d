"""An instructor's own weights: read, put in place of the course's, and added up."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from labproof.ground import settings
from labproof.ground.errors import ConfigError

Points = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
COURSE_TOTAL = 100.0
_BIGGEST = 5


class Overrides(settings.Settings):
    """An instructor's own weights; `total` is what they add up to."""

    total: float = Field(default=COURSE_TOTAL, gt=0, le=1_000_000, allow_inf_nan=False)
    points: dict[str, Points]


class _Tables(settings.Settings, extra="allow"):
    """The same file with whatever stands under `points`."""

    points: dict[str, Any] = Field(default_factory=dict)


@dataclass(frozen=True)
class Weighed:
    """What one criterion is worth: its points for each machine, and for how many machines it counts."""

    id: str
    points: Fraction
    machines: int = 1

    @property
    def worth(self) -> Fraction:
        """Return the points of all machines together."""
        return self.points * self.machines

    def __str__(self) -> str:
        times = f" x {self.machines} machines = {float(self.worth):g}" if self.machines > 1 else ""
        return f"{self.id} {float(self.points):g}{times}"


def load(path: Path, criteria: Mapping[str, tuple[str, ...]]) -> Overrides:
    """Read a weights file; `criteria` are the course's ids with their machines.

    Raises ConfigError that names the file, the keys and the fixes.
    """
    if problems := [f"{path}: points.{key}: {_quoting(key, value)}" for key, value in _unquoted(path)]:
        raise ConfigError(problems)
    own = settings.load(path, Overrides)
    unknown = [key for key in own.points if key not in criteria]
    if unknown:
        raise ConfigError([f"{path}: points.{key}: {_unknown(key, criteria)}" for key in unknown])
    return own


def sum_problem(source: Path, expected: float, weighed: Iterable[Weighed], left_out: Iterable[Weighed]) -> str:
    """Return what is wrong with the sum of all weights, or nothing when it is the one expected."""
    counted = list(weighed)
    total = sum((w.worth for w in counted), Fraction(0))
    if float(total) == expected:
        return ""
    biggest = sorted((w for w in counted if w.worth), key=lambda w: -w.worth)[:_BIGGEST]
    words = f"{source}: the points add up to {float(total):g}, expected {expected:g}; correct a weight"
    words += " (points x machines of every criterion are added"
    words += f"; the biggest: {', '.join(map(str, biggest))}" if biggest else ""
    absent = [w for w in left_out if w.worth]
    words += f"; not counted, because this run leaves its section out: {', '.join(map(str, absent))}" if absent else ""
    return f"{words})"


def _unquoted(path: Path) -> list[tuple[str, Any]]:
    """Return ids that were written without quotes: TOML takes `docker.file = 1` for a table in a table."""
    try:
        points = settings.load(path, _Tables).points
    except ConfigError:
        # Whatever it is, reading the weights tells it.
        return []
    return [pair for key, value in points.items() if isinstance(value, dict) for pair in _leaves(key, value)]


def _leaves(prefix: str, table: dict[str, Any]) -> list[tuple[str, Any]]:
    pairs = ((f"{prefix}.{key}", value) for key, value in table.items())
    return [
        pair for key, value in pairs for pair in (_leaves(key, value) if isinstance(value, dict) else [(key, value)])
    ]


def _quoting(key: str, value: Any) -> str:
    shown = value if isinstance(value, int | float) else "..."
    return f'without quotes TOML takes this id for tables; write "{key}" = {shown}'


def _unknown(key: str, criteria: Mapping[str, tuple[str, ...]]) -> str:
    id_, _, machine = key.partition("@")
    if machine and id_ in criteria:
        each = f"; its points count for each of {', '.join(criteria[id_])}" if criteria[id_] else ""
        return f'points are given to a criterion, not to one machine of it; write "{id_}"{each}'
    near = difflib.get_close_matches(id_, criteria, n=1)
    return "no such criterion; " + (f'is "{near[0]}" meant?' if near else "correct the id")
