"""A run as JSON and back: `result.json`, described by `reports/result.schema.json`."""

import dataclasses
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

from labproof.errors import ConfigError
from labproof.model import (
    Authorship,
    CriterionRecord,
    Exchange,
    LabDescription,
    Outcome,
    RunRecord,
    ScenarioRecord,
    Score,
    SectionRecord,
    Slip,
    StepOutcome,
    StepRecord,
    score,
)

SCHEMA_VERSION = 1


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
        "score": _score(run.score),
        "lab": dataclasses.asdict(run.lab),
        "sections": [_section(s) for s in run.sections],
    }


def from_json(data: dict[str, Any], source: Path) -> RunRecord:
    """Return the run that `to_json` wrote. Raises ConfigError for another schema version."""
    if data.get("schema") != SCHEMA_VERSION:
        raise ConfigError(
            [
                f"{source}: schema: found {data.get('schema')!r}, expected {SCHEMA_VERSION};"
                " grade again with this version of Labproof"
            ]
        )
    lab = dict(data["lab"])
    lab["stand_ins"], lab["simulated"] = tuple(lab["stand_ins"]), tuple(lab["simulated"])
    plain = ("run", "mode", "started", "finished", "ended", "based_on", "rubric", "evidence_head")
    sections = tuple(_read_section(s) for s in data["sections"])
    return RunRecord(lab=LabDescription(**lab), sections=sections, **{k: data[k] for k in plain})


def load(path: Path) -> RunRecord:
    """Read a run from `result.json`. Raises ConfigError when it is not there or not a result."""
    try:
        return from_json(json.loads(path.read_text(encoding="utf-8")), path)
    except FileNotFoundError:
        raise ConfigError([f"{path}: no such result; run `labproof grade` first"]) from None
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as problem:
        what = f"{type(problem).__name__}: {problem}"
        raise ConfigError([f"{path}: not a result of Labproof ({what}); grade again"]) from problem


def _score(total: Score) -> dict[str, float]:
    names = ("earned", "lost", "blocked", "undetermined", "skipped", "possible")
    return {name: float(getattr(total, name)) for name in names}


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
                "steps": [dataclasses.asdict(step) for step in s.steps],
                "criteria": [_criterion(c) for c in s.criteria],
            }
            for s in section.scenarios
        ],
    }


def _criterion(criterion: CriterionRecord) -> dict[str, Any]:
    return {
        **dataclasses.asdict(criterion),
        "points": float(criterion.points),
        "earned": float(criterion.earned),
    }


def _read_section(data: dict[str, Any]) -> SectionRecord:
    scenarios = tuple(
        ScenarioRecord(
            name=s["name"],
            use=s["use"],
            started=s["started"],
            seconds=s["seconds"],
            steps=tuple(_read_step(step) for step in s["steps"]),
            criteria=tuple(_read_criterion(c) for c in s["criteria"]),
        )
        for s in data["scenarios"]
    )
    return SectionRecord(data["id"], data["title"], data["handout"], scenarios)


def _exchanges(data: list[dict[str, Any]]) -> tuple[Exchange, ...]:
    return tuple(Exchange(**e) for e in data)


def _read_step(data: dict[str, Any]) -> StepRecord:
    return StepRecord(**{**data, "outcome": StepOutcome(data["outcome"]), "evidence": _exchanges(data["evidence"])})


def _read_criterion(data: dict[str, Any]) -> CriterionRecord:
    fields = {k: v for k, v in data.items() if k != "earned"}
    return CriterionRecord(
        **{
            **fields,
            "points": Fraction(data["points"]).limit_denominator(1000),
            "outcome": Outcome(data["outcome"]),
            "authorship": Authorship(data["authorship"]),
            "hints": tuple(data["hints"]),
            "slips": tuple(Slip(**s) for s in data["slips"]),
            "evidence": _exchanges(data["evidence"]),
        }
    )
