"""When a run did what: its scenarios as lanes of acts, looks and waits, from the times that the result holds."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from labproof.records.model import CriterionRecord, Exchange, RunRecord, ScenarioRecord, SectionRecord, StepRecord
from labproof.showing.sentences import lines

_ACT = "act"
_NARROWEST = 0.15
"""Percent of the width that even the shortest part has, or it could not be seen."""
_MOST_TICKS = 5
_HAIR = 1e-9
"""Three tenths are not quite three times one tenth to a computer."""
_LONGEST_LISTED = 6
_WORTH_A_LINE = 1.0
"""Seconds from which on a part is listed among the longest."""
_APART = 0.5
"""Seconds by which a look is later than what came before it, where there was other work between."""
_TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)
_LONGEST_RUN = 366 * 86400.0
"""Seconds; a result that says more of itself was made up, and has no timeline."""


class Kind(StrEnum):
    """What went on: work that changes the lab, waiting for it to come about, or looking."""

    ACT = "act"
    WAIT = "wait"
    LOOK = "look"


@dataclass(frozen=True)
class Part:
    """A stretch of a scenario in which one thing went on; times are seconds since the run's first scenario began.

    `criterion` is what was waited for, `step` the sentence, `after` the work that was done before a wait.
    """

    kind: Kind
    begin: float
    seconds: float
    step: StepRecord | None = None
    criterion: CriterionRecord | None = None
    after: str = ""


@dataclass(frozen=True)
class Lane:
    """One scenario in time; what it was to bring about may have been looked at long after its work."""

    scenario: ScenarioRecord
    begin: float
    seconds: float
    parts: tuple[Part, ...]

    @property
    def end(self) -> float:
        """Return when it was over."""
        return max((part.begin + part.seconds for part in self.parts), default=self.begin + self.seconds)

    def spent(self, kind: str) -> float:
        """Return how many seconds of it were of a kind."""
        return sum(part.seconds for part in self.parts if part.kind == kind)


@dataclass(frozen=True)
class Row:
    """The scenarios of one section in time."""

    section: SectionRecord
    lanes: tuple[Lane, ...]

    @property
    def seconds(self) -> float:
        """Return how long they took together."""
        return sum(lane.seconds for lane in self.lanes)


@dataclass(frozen=True)
class Timeline:
    """A run in time: a row for each section that it looked at itself."""

    rows: tuple[Row, ...]
    seconds: float

    @property
    def lanes(self) -> list[Lane]:
        """Return every scenario in the order of the page."""
        return [lane for row in self.rows for lane in row.lanes]

    def spent(self, kind: str) -> float:
        """Return how many seconds were of a kind."""
        return sum(lane.spent(kind) for lane in self.lanes)

    @property
    def between(self) -> float:
        """Return how many seconds belong to no scenario: machines were saved, or somebody slept."""
        return max(0.0, self.seconds - sum(lane.seconds for lane in self.lanes))

    @property
    def ticks(self) -> list[float]:
        """Return the seconds at which the axis has a mark."""
        step = next((t for t in _TICKS if self.seconds / t <= _MOST_TICKS), self.seconds)
        return [step * n for n in range(int(self.seconds / step + _HAIR) + 1)]

    @property
    def longest(self) -> list[Part]:
        """Return the acts and waits that took longest, the longest first."""
        parts = (p for lane in self.lanes for p in lane.parts if p.kind is not Kind.LOOK and p.seconds >= _WORTH_A_LINE)
        return sorted(parts, key=lambda part: -part.seconds)[:_LONGEST_LISTED]

    def share(self, seconds: float) -> str:
        """Return a time as a share of the width, in percent."""
        return f"{100 * seconds / self.seconds:.2f}%"

    def width(self, seconds: float) -> str:
        """Return a length of time as a share of the width, in percent, wide enough to be seen."""
        return f"{max(_NARROWEST, 100 * seconds / self.seconds):.2f}%"


def timeline(run: RunRecord) -> Timeline | None:
    """Return when the run's own scenarios went; None where nothing tells. What is known from other runs is left out."""
    own = [
        (section, [(s, begun) for s in section.scenarios if _is_own(s) and (begun := _time(s.started)) is not None])
        for section in run.sections
    ]
    moments = [time for _, timed in own for _, time in timed]
    if not moments:
        return None
    zero = min(moments)
    rows = tuple(Row(section, tuple(_lane(s, time, zero) for s, time in timed)) for section, timed in own if timed)
    seconds = max(lane.end for row in rows for lane in row.lanes)
    return Timeline(rows, seconds) if 0 < seconds <= _LONGEST_RUN else None


def clock(seconds: float) -> str:
    """Return a time since the beginning as a clock would show it, in minutes and seconds from a minute on."""
    if seconds < 60:
        return f"{seconds:g} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _is_own(scenario: ScenarioRecord) -> bool:
    """Tell whether the run went through a scenario itself."""
    return scenario.use != "none" and not any(c.as_of for c in scenario.criteria)


def _lane(scenario: ScenarioRecord, time: float, zero: float) -> Lane:
    return Lane(scenario, time - zero, scenario.seconds, tuple(_joined(_parts(scenario, time - zero, zero))))


def _parts(scenario: ScenarioRecord, begin: float, zero: float) -> Iterator[Part]:
    # What no sentence accounts for comes first: before the work it is seen what was done already.
    at = begin + max(0.0, scenario.seconds - sum(step.seconds for step in scenario.steps))
    yield Part(Kind.LOOK, begin, at - begin)
    worked = ""
    for step, criterion in lines(scenario):
        if step is None:
            continue
        if criterion is not None:
            at = _looked_at(criterion, at, zero)
            waited = _waited(criterion, step)
            yield Part(Kind.WAIT, at, waited, step, criterion, worked)
            yield Part(Kind.LOOK, at + waited, step.seconds - waited, step)
        else:
            kind = Kind.ACT if _is_work(step) else Kind.LOOK
            worked = step.text if kind is Kind.ACT else worked
            yield Part(kind, at, step.seconds, step)
        at += step.seconds


def _looked_at(criterion: CriterionRecord, at: float, zero: float) -> float:
    """Return when a criterion was looked at: right after what came before, unless other work went between."""
    looked = (_time(criterion.started) or 0.0) - zero
    return looked if looked >= at + _APART else at


def _is_work(step: StepRecord) -> bool:
    """Tell whether a sentence changed the lab; a restart leaves no question and no answer, and takes its time."""
    is_silent = not step.evidence and step.seconds >= _WORTH_A_LINE
    return is_silent or any(exchange.purpose == _ACT for exchange in step.evidence)


def _waited(criterion: CriterionRecord, step: StepRecord) -> float:
    """Return how long a criterion was waited for, in seconds: from its first look to the end of its last one."""
    if criterion.looks <= 1:
        return 0.0
    ends = [(begun, begun + e.seconds) for e in _ordered(criterion.evidence) if (begun := _time(e.started)) is not None]
    waited = ends[-1][1] - ends[0][0] if ends else criterion.waited
    return min(max(waited, 0.0), step.seconds)


def _ordered(exchanges: Iterable[Exchange]) -> list[Exchange]:
    return sorted(exchanges, key=lambda exchange: exchange.number)


def _joined(parts: Iterable[Part]) -> list[Part]:
    """Return the parts that took any time; looks that follow one another are one."""
    kept: list[Part] = []
    for part in parts:
        if part.seconds <= 0:
            continue
        is_next = bool(kept) and part.begin < kept[-1].begin + kept[-1].seconds + _APART
        if is_next and kept[-1].kind is part.kind is Kind.LOOK:
            kept[-1] = replace(kept[-1], seconds=kept[-1].seconds + part.seconds)
        else:
            kept.append(part)
    return kept


def _time(stamp: str) -> float | None:
    """Return an ISO time in seconds, None for anything else; a time without a zone is UTC."""
    try:
        time = datetime.fromisoformat(stamp)
        seconds = (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
    return seconds if math.isfinite(seconds) else None
