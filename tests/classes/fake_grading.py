"""Stands for `labproof grade` in tests: what it does is told by the host of the lab's first machine."""

import os
import signal
import sys
import threading
import tomllib
from fractions import Fraction
from pathlib import Path

from labproof.ground import known_silent
from labproof.records.model import (
    CriterionRecord,
    LabDescription,
    Mode,
    Outcome,
    RunRecord,
    ScenarioRecord,
    SectionRecord,
)
from labproof.records.store import create

IDENTITY = {"full": "a" * 32, "copied": "a" * 32}


def record(name: str, outcome: str, ended: str, facts: dict[str, str]) -> RunRecord:
    """Return a run with two criteria, one of them passed unless nothing could be seen."""
    first = Outcome.UNDETERMINED if "not reached" in facts or "blind" in facts else Outcome.PASSED
    outcomes = {"base.a": first, "base.b": Outcome(outcome)}
    criteria = tuple(CriterionRecord(id_, id_, Fraction(1), one) for id_, one in outcomes.items())
    section = SectionRecord("base", {"en": "Base"}, "2", (ScenarioRecord("only", "verify", criteria=criteria),))
    lab = LabDescription("handout", "inventory", machines={"master": facts}, cluster={"made": "today"})
    return RunRecord(name, Mode.VERIFY, "2026-01-01T00:00:00+00:00", lab, "x", (section,), "", ended)


def main() -> None:
    """Leave the result that the host's name asks for; an address says nothing, and there a machine's name does."""
    arguments = sys.argv[1:]
    machines = tomllib.loads(Path(arguments[arguments.index("--inventory") + 1]).read_text())
    name, host = next((name, one["host"]) for name, one in machines.items())
    kind, is_again = name if host == "127.0.0.1" else host.split(".")[0], "--undetermined" in arguments
    print(f"waited for {os.environ[known_silent.VARIABLE]}", flush=True)
    print(f"grading {host} {arguments[-2:]} of {os.environ['LABPROOF_STUDENT']}", flush=True)
    if kind == "crash":
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "refused":
        sys.exit("error: something of ours is wrong")
    run, ended, facts = create(Mode.VERIFY), "finished", {"machine-id": IDENTITY.get(kind, os.urandom(16).hex())}
    outcome = {"lost": "failed", "unseen": "undetermined", "once": "undetermined"}.get(kind, "passed")
    if kind in ("silent", "away"):
        outcome, ended, facts = "undetermined", "no machine answered", {"not reached": "no route to host"}
    if kind == "broken":
        outcome, ended = "undetermined", "broken"
    if kind == "blind":
        outcome, facts = "undetermined", facts | {"blind": "nothing could be read"}
    if kind == "once" and is_again:
        outcome = "passed"
    if kind in ("frozen", "slow"):
        run.save(record(run.path.name, "undetermined", "running", facts))
        if kind == "frozen":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        threading.Event().wait()
    run.save(record(run.path.name, outcome, ended, facts))


main()
