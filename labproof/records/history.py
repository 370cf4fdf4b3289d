"""What the same machines had come to before a run: read from the runs that lie beside it, a few of them at most."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from labproof.ground.errors import ConfigError
from labproof.records.model import FINISHED, Attempt, History, Mode, RunRecord
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
    return replace(run, history=_history(run, (earlier for earlier in _earlier(run, root) if is_attempt(earlier))))


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
            earlier = folder.load()
        except ConfigError:
            continue
        if _is_same_lab(earlier, run):
            yield earlier


def _is_same_lab(one: RunRecord, other: RunRecord) -> bool:
    """Tell whether two runs graded the same machines by the same rubric; ids of machines that tell none say nothing."""
    if not one.lab.identity or (one.lab.identity, one.rubric) != (other.lab.identity, other.rubric):
        return False
    ids = ((facts.get(_ID), other.lab.machines.get(name, {}).get(_ID)) for name, facts in one.lab.machines.items())
    return all(mine == theirs for mine, theirs in ids if mine and theirs)
