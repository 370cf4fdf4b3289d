"""Who does the work of a When."""

import threading
from contextlib import nullcontext
from pathlib import Path

import pytest

from labproof.connection.base import Purpose
from labproof.ground.errors import ActionFailed, NotRecorded, Unreachable
from labproof.lab.machine import Lab, Machine
from labproof.records.evidence import EvidenceLog
from labproof.session.performing import Onlooker, Runner

todo = Runner(lambda: False, nullcontext)
done = Runner(lambda: True, nullcontext)


def test_runner_does_what_is_to_do(pair: Lab) -> None:
    """The runner carries out an action with its arguments."""
    seen: list[object] = []
    todo(lambda *a: seen.append(a), pair["master"], "docker")
    assert seen == [(pair["master"], "docker")]


@pytest.mark.parametrize("performer", [done, Onlooker()], ids=["done", "onlooker"])
def test_nothing_is_done_twice_or_for_a_student(performer: Runner | Onlooker, pair: Lab) -> None:
    """What is done already, and what a student should have done, is left out."""
    seen: list[object] = []
    performer(seen.append, 1)
    performer.each(seen.append, pair.all)
    assert seen == []


def test_all_machines_work_at_once(pair: Lab) -> None:
    """An action on every machine runs on all of them at the same time."""
    together = threading.Barrier(2, timeout=5)
    seen: list[str] = []

    def action(machine: Machine, word: str) -> None:
        together.wait()
        seen.append(f"{machine.name} {word}")

    todo.each(action, pair.all, "hello")
    assert sorted(seen) == ["master hello", "node hello"]


def fail(machine: Machine, kinds: dict[str, Exception]) -> None:
    if machine.name in kinds:
        raise kinds[machine.name]


def test_what_failed_on_both_is_told_of_both(pair: Lab) -> None:
    """What failed on both machines is raised as one error that names both."""
    problems = {"master": ActionFailed("yum on master"), "node": ActionFailed("yum on node")}
    with pytest.raises(ActionFailed, match="yum on master\nyum on node"):
        todo.each(fail, pair.all, problems)


@pytest.mark.parametrize("where", ["master", "node"])
def test_what_failed_on_one_is_raised(pair: Lab, where: str) -> None:
    """What failed on one machine is raised though the other one succeeded."""
    with pytest.raises(ActionFailed, match=f"on {where}"):
        todo.each(fail, pair.all, {where: ActionFailed(f"on {where}")})


def test_lost_machine_is_not_a_failed_action(pair: Lab) -> None:
    """A machine that could not be reached is raised as just that."""
    problems = {"master": Unreachable("lost"), "node": ActionFailed("yum")}
    with pytest.raises(Unreachable):
        todo.each(fail, pair.all, problems)


def test_evidence_of_all_machines_is_collected(pair: Lab, tmp_path: Path) -> None:
    """What is done on several machines at once is evidence of the sentence that did it."""
    log = EvidenceLog(tmp_path / "evidence.jsonl")

    def action(machine: Machine) -> None:
        log.append(
            machine=machine.name, kind="command", request="", purpose=Purpose.ACT, started="", seconds=0.0, status=0
        )

    with log.collect() as seen:
        todo.each(action, pair.all)
    log.close()
    assert {e.machine for e in seen} == {"master", "node"}


def test_visit_is_made_whatever_holds(pair: Lab) -> None:
    """What leaves nothing behind is done also where all holds already; how it was done is told. A student's is not."""
    told: list[str] = []
    runner = Runner(lambda: True, nullcontext, nullcontext, told.append)
    runner.visit(lambda machine: f"seen on {machine.name}", pair["master"])
    runner(lambda: "work that is done already")
    Onlooker().visit(told.append, "a student's own")
    assert told == ["seen on master"]


def test_visit_that_was_not_recorded_is_told() -> None:
    """A recording of an earlier Labproof has no visit: that is said, and nothing has failed."""
    told: list[str] = []

    def unknown() -> str:
        raise NotRecorded("no answer")

    Runner(lambda: False, nullcontext, nullcontext, told.append).visit(unknown)
    assert told == ["the recording has none of it: an earlier Labproof logged in only to judge"]
