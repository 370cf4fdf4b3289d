"""What the same machines had come to before a run: read from the runs that lie beside it, a few of them at most."""

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from labproof.ground.errors import ConfigError
from labproof.records import result
from labproof.records.model import (
    FINISHED,
    Attempt,
    History,
    Mode,
    Outcome,
    RunRecord,
    ScenarioRecord,
    SectionRecord,
)
from labproof.records.store import every

LOOKED_THROUGH = 20
"""How many earlier runs are read at most; an attempt tells of those before it, so that one is enough as a rule."""
KEPT = 10
"""How many of the last attempts a run names."""
_GRADINGS = frozenset({Mode.PERFORM, Mode.VERIFY})
_ID = "machine-id"


def with_history(run: RunRecord, root: Path | None = None) -> RunRecord:
    """Return a run on machines with what these had come to before; a recording that is judged again has no history."""
    if run.mode not in _GRADINGS:
        return run
    # A folder that goes away while we look must not cost the result of the run.
    with contextlib.suppress(OSError):
        return replace(run, history=_history(run, _attempts(run, _earlier(run, root))))
    return run


def is_attempt(run: RunRecord) -> bool:
    """Tell whether a run is a grading that came about: not one in which we have failed, nor one that was stopped."""
    return run.mode in _GRADINGS and run.ended == FINISHED


def attempt(run: RunRecord) -> Attempt:
    """Return a run as later ones name it."""
    score = run.score
    return Attempt(run.run, run.mode, run.started, score.earned, score.possible)


def share(attempt: Attempt) -> Fraction:
    """Return the share of its points that an attempt earned: what could not be had in a lab does not lower it."""
    return attempt.earned / attempt.possible if attempt.possible else Fraction(0)


def _history(run: RunRecord, attempts: Iterator[RunRecord]) -> History | None:
    newest = next(attempts, None)
    if newest is None:
        return None
    recent, before = [attempt(newest)], newest.history
    while before is None and (older := next(attempts, None)):
        recent.append(attempt(older))
        before = older.history
    count = len(recent) + (before.count if before else 0)
    known = (*recent, *(before.recent if before else ()))
    return History(count, _best((*known, before.best) if before else known), known[:KEPT], _was(newest, run))


def _attempts(run: RunRecord, earlier: Iterator[RunRecord]) -> Iterator[RunRecord]:
    """Yield those that came about; one that was asked again for what it had not seen is one with its later part."""
    later = run
    for one in filter(is_attempt, earlier):
        if not _asks_again(later, one):
            yield one
        later = one


def _asks_again(later: RunRecord, one: RunRecord) -> bool:
    """Tell whether a run did nothing but look once more at scenarios in which another could not see everything."""
    unseen = {_name(s, x) for s, x in _scenarios(one) if any(c.outcome is Outcome.UNDETERMINED for c in x.criteria)}
    own = {_name(s, x) for s, x in _scenarios(later) if x.use != "none" and not any(c.as_of for c in x.criteria)}
    return later.based_on == one.run and bool(own) and own <= unseen


def _scenarios(run: RunRecord) -> Iterator[tuple[SectionRecord, ScenarioRecord]]:
    return ((section, scenario) for section in run.sections for scenario in section.scenarios)


def _name(section: SectionRecord, scenario: ScenarioRecord) -> tuple[str, str]:
    return section.id, scenario.name


def _best(attempts: Iterable[Attempt]) -> Attempt:
    # The newest comes first, and max() keeps the first of equals.
    return max(attempts, key=share)


def _was(before: RunRecord, now: RunRecord) -> dict[str, str]:
    """Return the outcomes that criteria had before and have no more."""
    known = {c.id: c.outcome for c in before.criteria}
    return {c.id: str(was) for c in now.criteria if (was := known.get(c.id)) and was is not c.outcome}


def _earlier(run: RunRecord, root: Path | None) -> Iterator[RunRecord]:
    """Yield the earlier runs of the same course on the same machines, the newest first."""
    folders = [f for f in every(root) if f.path.name != run.run and f.path.name.split("-")[2] in _GRADINGS]
    for folder in folders[:LOOKED_THROUGH]:
        try:
            # Most of the time goes into checking a result, and one of other machines need not be.
            data = result.read(folder.result)
            earlier = result.from_json(data, folder.result) if _names(data, run.lab.identity) else None
        except ConfigError:
            continue
        if earlier is not None and _is_same_lab(earlier, run):
            yield earlier


def _names(data: Any, identity: str) -> bool:
    """Tell whether a result, which may be anything, says that it is of a lab."""
    lab = data.get("lab") if isinstance(data, dict) else None
    return isinstance(lab, dict) and lab.get("identity") == identity


def _is_same_lab(one: RunRecord, other: RunRecord) -> bool:
    """Tell whether two runs graded the same machines by the same rubric; ids of machines that tell none say nothing."""
    if not one.lab.identity or (one.lab.identity, one.rubric) != (other.lab.identity, other.rubric):
        return False
    ids = ((facts.get(_ID), other.lab.machines.get(name, {}).get(_ID)) for name, facts in one.lab.machines.items())
    return all(mine == theirs for mine, theirs in ids if mine and theirs)
