"""One mistake against the run that graded it: what turned red, what follows from that, and what should not have."""

from dataclasses import dataclass, field

from labproof.ground.errors import NotRecorded
from labproof.proving.catalogue import Combination, Mistake, Trial
from labproof.records.model import CriterionRecord, Outcome, RunRecord

FINE = (Outcome.PASSED, Outcome.SKIPPED)


@dataclass(frozen=True)
class Shown:
    """What the report says of a red criterion: the known mistakes that it recognised, and what was found."""

    slips: tuple[str, ...]
    says: tuple[str, ...]
    found: str

    def __str__(self) -> str:
        return f"{', '.join(self.slips) or 'no slip'} (found: {self.found[:200]})"


@dataclass(frozen=True)
class Verdict:
    """What grading made of a mistake; `missed` and `collateral` say, by criterion, what was seen instead."""

    red: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    consequences: tuple[str, ...] = ()
    missed: dict[str, str] = field(default_factory=dict)
    collateral: dict[str, str] = field(default_factory=dict)
    unseen: tuple[str, ...] = ()
    """Those of missed and collateral that could not be seen: that says nothing of the mistake."""
    shows: tuple[Shown, ...] = ()
    """What was recognised and found in what turned red, each once."""
    has_hint: bool = False

    @property
    def hint_shown(self) -> str:
        """Return what was recognised or found, in one line."""
        return "; ".join(map(str, self.shows))

    @property
    def is_exact(self) -> bool:
        """Tell whether the mistake cost what it should, with the hint that it should show, and nothing else."""
        return bool(self.red) and not (self.missed or self.collateral) and self.has_hint

    @property
    def touched(self) -> frozenset[str]:
        """Return every criterion that was not as in the finished lab."""
        return frozenset((*self.red, *self.blocked, *self.consequences, *self.collateral))

    def problems(self, hint: str) -> list[str]:
        """Return what is wrong, one sentence each."""
        found = [f"{id_} should be red: {seen}" for id_, seen in self.missed.items()]
        found += [f"collateral: {id_} is {seen}" for id_, seen in self.collateral.items()]
        if self.red and not self.has_hint:
            found.append(f"the hint {hint!r} does not appear: {self.hint_shown}")
        return found


def compare(mistake: Trial, run: RunRecord) -> Verdict:
    """Return what a run says of the mistake, or the two at once, that was made before it."""
    records = {c.id: c for c in run.criteria}
    red = tuple(id_ for id_ in mistake.costs if id_ in records and records[id_].outcome is Outcome.FAILED)
    blocked = [id_ for id_ in mistake.costs if id_ in records and _is_hidden(mistake, records[id_])]
    consequences: list[str] = []
    collateral: dict[str, str] = {}
    for id_, record in records.items():
        if record.outcome in FINE or id_ in mistake.costs or was_not_asked(record):
            continue
        if mistake.may_touch(id_):
            (blocked if record.outcome is Outcome.BLOCKED else consequences).append(id_)
        elif record.outcome is Outcome.BLOCKED and _is_cause(mistake, record.blocked_by):
            blocked.append(id_)
        else:
            collateral[id_] = _described(record)
    missed = {id_: _described(records.get(id_)) for id_ in mistake.costs if id_ not in (*red, *blocked)}
    costly = [records[id_] for id_ in red]
    odd = (id_ for id_ in (*missed, *collateral) if id_ in records)
    return Verdict(
        red=red,
        blocked=tuple(blocked),
        consequences=tuple(consequences),
        missed=missed,
        collateral=collateral,
        unseen=tuple(id_ for id_ in odd if records[id_].outcome is Outcome.UNDETERMINED),
        shows=tuple(dict.fromkeys(_shown(r) for r in costly)),
        has_hint=bool(red) and all(_shows(part, records) for part in mistake.parts),
    )


def was_not_asked(record: CriterionRecord) -> bool:
    """Tell whether a recording could not have asked for it, as for a criterion that is newer: that says nothing."""
    is_unknown = any(exchange.problem == NotRecorded.__name__ for exchange in record.evidence)
    return record.outcome is Outcome.UNDETERMINED and is_unknown


def has_hint(record: CriterionRecord, hint: str) -> bool:
    """Tell whether a red criterion shows a hint: a slip of that id, or these words in what it says."""
    if any(slip.id == hint for slip in record.slips):
        return True
    said = (record.found, record.expected, *(text for s in record.slips for text in (s.says, s.seen, s.try_this)))
    return any(hint.casefold() in text.casefold() for text in said)


def not_fine(run: RunRecord) -> dict[str, str]:
    """Return every criterion of a run that neither passed nor was skipped, with what was seen."""
    return {c.id: _described(c) for c in run.criteria if c.outcome not in FINE}


def passing(run: RunRecord) -> tuple[str, ...]:
    """Return every criterion of a run that passed."""
    return tuple(c.id for c in run.criteria if c.outcome is Outcome.PASSED)


def unseen(run: RunRecord) -> dict[str, str]:
    """Return every criterion of a run that could not be seen, with the reason."""
    return {c.id: _described(c) for c in run.criteria if c.outcome is Outcome.UNDETERMINED}


def skipped(run: RunRecord) -> dict[str, str]:
    """Return every criterion of a run that was skipped, with its reason."""
    return {c.id: c.reason for c in run.criteria if c.outcome is Outcome.SKIPPED}


def _is_hidden(mistake: Trial, record: CriterionRecord) -> bool:
    """Tell whether what one of two mistakes costs is blocked by what the other costs."""
    return isinstance(mistake, Combination) and record.outcome is Outcome.BLOCKED and record.blocked_by in mistake.costs


def _shows(part: Mistake, records: dict[str, CriterionRecord]) -> bool:
    """Tell whether a mistake shows its hint where it turned a criterion red; one that turned none is hidden."""
    red = [records[id_] for id_ in part.costs if id_ in records and records[id_].outcome is Outcome.FAILED]
    return not red or any(has_hint(record, part.hint) for record in red)


def _is_cause(mistake: Trial, id_: str) -> bool:
    return id_ in mistake.costs or mistake.may_touch(id_)


def _described(record: CriterionRecord | None) -> str:
    if record is None:
        return "not in the run"
    cause = f" by {record.blocked_by}" if record.blocked_by else ""
    return f"{record.outcome}{cause}: {(record.reason or record.found)[:300]}"


def _shown(record: CriterionRecord) -> Shown:
    return Shown(tuple(s.id for s in record.slips), tuple(s.says for s in record.slips), record.found)
