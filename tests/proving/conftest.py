"""Runs and mistakes that no machine has to produce."""

from collections.abc import Callable
from fractions import Fraction

import pytest

from labproof.proving.catalogue import Mistake
from labproof.records.model import (
    CriterionRecord,
    LabDescription,
    Outcome,
    RunRecord,
    ScenarioRecord,
    SectionRecord,
    Slip,
)

IDS = ("base.a@master", "base.a@node", "docker.b", "docker.c")
MakeRun = Callable[..., RunRecord]
MakeMistake = Callable[..., Mistake]


def _record(id_: str, outcome: str, blocked_by: str) -> CriterionRecord:
    red = outcome == "failed"
    return CriterionRecord(
        id=id_,
        text=f"sentence of {id_}",
        points=Fraction(1),
        outcome=Outcome(outcome),
        blocked_by=blocked_by,
        expected="enabled",
        found="firewalld is <running>" if red else "all well",
        slips=(Slip("base.slip", "it was not stopped", "stop it", "running"),) if red else (),
        reason="simulated here" if outcome == "skipped" else "",
    )


@pytest.fixture
def make_run() -> MakeRun:
    """Return a run in which every criterion passed but those that are named: `base_a="failed"`, or a cause."""

    def make(**others: str) -> RunRecord:
        known = {id_.replace(".", "_").replace("@", "_at_"): id_ for id_ in IDS}
        outcomes = {known[name]: value for name, value in others.items()}
        records = []
        for id_ in IDS:
            outcome, _, cause = outcomes.get(id_, "passed").partition(" by ")
            records.append(_record(id_, outcome, cause))
        scenario = ScenarioRecord("only", "verify", criteria=tuple(records))
        section = SectionRecord("base", {"en": "Base"}, "2", (scenario,))
        return RunRecord(
            "run", "verify", "2025-01-01T00:00:00+00:00", LabDescription("rehearsal", "lxc"), "x", (section,)
        )

    return make


@pytest.fixture
def make_mistake() -> MakeMistake:
    """Return a mistake that costs base.a@master, with what is named changed."""

    def make(**changes: object) -> Mistake:
        plain = {
            "id": "base.forgotten",
            "what": "A student forgot it.",
            "costs": ["base.a@master"],
            "hint": "base.slip",
            "make": {"master": ["make it"]},
            "undo": {"master": ["undo it"]},
        }
        return Mistake.model_validate(plain | changes)

    return make
