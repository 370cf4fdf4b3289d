"""A run as JSON and back: `result.json`, described by `reports/result.schema.json`."""

import dataclasses
import json
from pathlib import Path
from typing import Any

from labproof.ground import shape
from labproof.ground.errors import ConfigError
from labproof.ground.plain_file import open_plain
from labproof.records.model import Attempt, CriterionRecord, History, RunRecord, Score, SectionRecord, score

SCHEMA_VERSION = 1
LIMIT = 64 * 1024 * 1024
"""Bytes of a result that are read: thirty times what a whole lab with every mistake leaves."""
_DERIVED = frozenset({"schema", "score"})
_LEAVES = frozenset({str, int, float, bool, type(None)})


def to_json(run: RunRecord) -> dict[str, Any]:
    """Return the run as JSON data; points become numbers, the scores are worked out."""
    return {
        "schema": SCHEMA_VERSION,
        "run": run.run,
        "mode": run.mode,
        "started": run.started,
        "finished": run.finished,
        "ended": run.ended,
        "based_on": run.based_on,
        "rubric": run.rubric,
        "evidence_head": run.evidence_head,
        "milestone": run.milestone,
        "student": run.student,
        "source": _plain(run.source) if run.source else None,
        "weights": {"file": run.weights.file, "total": float(run.weights.total)} if run.weights else None,
        "history": _history(run.history) if run.history else None,
        "browser": _plain(run.browser) if run.browser else None,
        "screenshots": [_plain(s) for s in run.screenshots],
        "score": _score(run.score),
        "lab": _plain(run.lab),
        "sections": [_section(s) for s in run.sections],
    }


def from_json(data: Any, source: Path) -> RunRecord:
    """Return the run that `to_json` wrote. Raises ConfigError that names the key which is not as it should be."""
    version = data.get("schema") if isinstance(data, dict) else None
    if isinstance(data, dict) and version != SCHEMA_VERSION:
        raise ConfigError(
            [
                f"{source}: schema: found {shape.shown(version)}, expected {SCHEMA_VERSION};"
                " grade again with this version of Labproof"
            ]
        )
    try:
        run = shape.record(RunRecord, data, derived=_DERIVED)
    except (shape.Misshapen, RecursionError) as problem:
        raise ConfigError([f"{source}: {problem}; it is not a result of Labproof: grade again"]) from problem
    if not run.mode.is_on_machines and run.source is None:
        raise ConfigError([f"{source}: source: a {run.mode} names the run that it was made from; grade again"])
    return run


def load(path: Path) -> RunRecord:
    """Read a run from `result.json`. Raises ConfigError when it is not there or not a result."""
    return from_json(read(path), path)


def read(path: Path) -> Any:
    """Return the JSON data of `result.json` as it stands. Raises ConfigError when there is none."""
    try:
        with open_plain(path, LIMIT, "grade again") as file:
            return json.loads(file.read(LIMIT + 1))
    except FileNotFoundError:
        raise ConfigError([f"{path}: no such result; run `labproof grade` first"]) from None
    except (ValueError, RecursionError, MemoryError) as problem:
        what = f"{type(problem).__name__}: {problem}"
        raise ConfigError([f"{path}: not a result of Labproof ({what}); grade again"]) from problem


def _plain(value: Any) -> Any:
    """Return a record as JSON data; dataclasses.asdict copies each of its texts, and takes four times as long."""
    if dataclasses.is_dataclass(value):
        # Nearly all of a result are texts and numbers: to ask what each of them is takes half of the time.
        return {name: part if type(part) in _LEAVES else _plain(part) for name, part in vars(value).items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return value


def _score(total: Score) -> dict[str, float]:
    names = ("earned", "lost", "blocked", "undetermined", "skipped", "possible")
    return {name: float(getattr(total, name)) for name in names}


def _history(history: History) -> dict[str, Any]:
    return {
        "count": history.count,
        "best": _attempt(history.best),
        "recent": [_attempt(attempt) for attempt in history.recent],
        "was": history.was,
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    points = {"earned": float(attempt.earned), "possible": float(attempt.possible)}
    return {**_plain(attempt), **points}


def _section(section: SectionRecord) -> dict[str, Any]:
    return {
        "id": section.id,
        "title": section.title,
        "handout": section.handout,
        "score": _score(score(section.criteria)),
        "scenarios": [
            {
                "name": s.name,
                "use": s.use,
                "outcome": s.outcome,
                "started": s.started,
                "seconds": s.seconds,
                "steps": [_plain(step) for step in s.steps],
                "criteria": [_criterion(c) for c in s.criteria],
            }
            for s in section.scenarios
        ],
    }


def _criterion(criterion: CriterionRecord) -> dict[str, Any]:
    return {
        **_plain(criterion),
        "points": float(criterion.points),
        "earned": float(criterion.earned),
    }
