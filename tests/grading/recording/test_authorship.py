"""Who brought a criterion about: the student, the runner or nobody."""

import pytest

from labproof.connection.base import Purpose
from labproof.ground.errors import Unreachable
from labproof.records.model import Authorship
from tests.grading.recording.driver import OK, PASSED, WRONG, Probe, Run, base, crash, seeing


def test_students_work_was_found(run: Run) -> None:
    """When only verifying, what is right was found, and what is wrong is nobody's."""
    run.scenario("base", "verify", base(OK, OK, WRONG))
    assert [c.authorship for c in run.recording.run.criteria][:3] == [
        Authorship.FOUND, Authorship.FOUND, Authorship.NOBODY,
    ]  # fmt: skip


def test_runners_work_is_the_runners(run: Run) -> None:
    """What holds only after the work was made by the runner; what held before was found."""
    worked: list[bool] = []
    probes = base(OK, lambda: "ok" if worked else "wrong", lambda: "ok" if worked else "wrong")
    run.scenario("base", "perform", probes, lambda: worked.append(True))
    assert [c.authorship for c in run.recording.run.criteria][:3] == [
        Authorship.FOUND, Authorship.RUNNER, Authorship.RUNNER,
    ]  # fmt: skip
    assert run.recording.run.score.earned == 50


def test_beforehand_is_only_looked_at(run: Run) -> None:
    """What is seen before the work is asked for that purpose, waits for nothing and counts for nothing."""
    purposes: list[Purpose] = []

    def look() -> object:
        purposes.append(run.phase.purpose)
        return "wrong" if run.phase.purpose is Purpose.BEFORE else "ok"

    record = run.scenario("base", "perform", base(look, OK, OK))
    assert purposes == [Purpose.BEFORE, Purpose.OBSERVE]
    assert run.slept == []
    assert [s.outcome for s in record.steps] == [PASSED] * 4
    assert record.criteria[0].authorship is Authorship.RUNNER


def test_nothing_is_done_twice(run: Run) -> None:
    """A scenario whose criteria all hold before the work is known to be done, and its When says so."""
    known: list[bool] = []
    record = run.scenario("base", "perform", base(OK), lambda: known.append(run.recording.is_done_already))
    assert known == [True]
    assert (record.steps[0].outcome, record.steps[0].note) == ("nothing to do", "all of it was found done")


@pytest.mark.parametrize("blind", [WRONG, seeing(Unreachable("lost")), crash], ids=["wrong", "blind", "broken"])
def test_doubt_means_work(run: Run, blind: Probe) -> None:
    """As long as one criterion does not hold, or cannot be seen, there is work to do."""
    known: list[bool] = []
    run.scenario("base", "perform", base(OK, OK, blind), lambda: known.append(run.recording.is_done_already))
    assert known == [False]


def test_each_scenario_begins_afresh(run: Run) -> None:
    """What one scenario found done already says nothing of the next one."""
    run.scenario("base", "perform", base(OK))
    known: list[bool] = []
    run.scenario("next", "perform", {"next.d": WRONG}, lambda: known.append(run.recording.is_done_already))
    assert known == [False]
