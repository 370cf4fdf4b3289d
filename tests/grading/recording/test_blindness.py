"""What could not be seen is never counted: lost machines and clusters, our own crashes, an interrupt."""

import pytest

from labproof.connection.base import Purpose
from labproof.grading.surroundings import Surroundings
from labproof.grading.turns import Turn
from labproof.ground.errors import DeadlineExceeded, NoCluster, Refused, Unreachable
from tests.grading.recording.driver import FAILED, OK, PASSED, UNDETERMINED, WRONG, Run, base, crash, found, seeing


@pytest.mark.parametrize("problem", [Unreachable("lost"), DeadlineExceeded("late")])
def test_blindness_is_never_counted(run: Run, problem: Exception) -> None:
    """What could not be seen is undetermined and says why; nothing is lost by it."""
    run.scenario("base", "verify", base(seeing(problem)))
    record = found(run, "base.a")
    assert record.outcome is UNDETERMINED
    assert record.reason == f"we could not see: {problem}"
    assert run.recording.run.score.lost == 0


def test_our_own_crash_is_ours(run: Run) -> None:
    """A check that breaks is undetermined, says where it broke, and the next criterion is judged."""
    run.scenario("base", "verify", base(crash))
    record = found(run, "base.a")
    assert record.outcome is UNDETERMINED
    assert record.reason.startswith("an error of Labproof itself: ZeroDivisionError")
    assert "(tests/grading/recording/driver.py:" in record.reason
    assert run.outcomes()["base.b"] is PASSED
    assert run.recording.finish("finished").ended == "broken"


def test_error_between_sentences_is_ours(run: Run) -> None:
    """What an error of ours kept from being judged says so; what was judged before stays as it was judged."""
    (scenario,) = run.plan.of("base")
    run.recording.begin_scenario(Turn(scenario), "verify")
    run.judge_one("base", "base.a", WRONG)
    run.recording.blame(scenario, RuntimeError("boom"))
    run.recording.abandon_scenario()
    assert run.outcomes() == dict(
        zip(("base.a", "base.b", "base.c", "next.d"), (FAILED, *[UNDETERMINED] * 3), strict=True)
    )
    assert found(run, "base.b").reason.startswith("an error of Labproof itself: RuntimeError: boom")
    assert run.recording.finish("interrupted").ended == "interrupted"


def test_error_before_a_scenario_is_ours(run: Run) -> None:
    """A scenario that never began is undetermined by the error that kept it from beginning, and counted once."""
    problem = RuntimeError("boom")
    for _ in range(2):
        run.recording.blame(run.plan.of("next")[0], problem)
    assert "RuntimeError: boom" in found(run, "next.d").reason
    assert run.recording.faults == [problem]


def test_interrupt_is_not_recorded(run: Run) -> None:
    """Ctrl-C passes through, and what was known stays known."""

    def interrupt() -> object:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run.scenario("base", "verify", base(OK, interrupt))
    assert run.recording.finish("interrupted").ended == "interrupted"
    assert run.phase.purpose is Purpose.OBSERVE


def test_interrupt_loses_no_criterion(run: Run) -> None:
    """What an interrupt kept us from is undetermined and stays in the total."""

    def interrupt() -> object:
        raise KeyboardInterrupt

    total = run.recording.run.score.possible
    with pytest.raises(KeyboardInterrupt):
        run.scenario("base", "verify", base(OK, interrupt))
    run.recording.end_scenario()
    assert run.outcomes() == {
        "base.a": PASSED,
        "base.b": UNDETERMINED,
        "base.c": UNDETERMINED,
        "next.d": UNDETERMINED,
    }
    assert run.recording.run.score.possible == total


@pytest.mark.parametrize("problem", [NoCluster("never made"), Refused("nobody listens")])
def test_a_cluster_that_never_was_is_the_students(run: Run, problem: Exception) -> None:
    """Where nothing was made and nothing listens, that is a fact, not blindness."""
    run.scenario("base", "verify", base(seeing(problem)))
    assert run.outcomes()["base.a"] is FAILED


@pytest.mark.parametrize("around", [Surroundings(is_cluster_lost=lambda: True)])
def test_a_cluster_that_was_lost_is_not(run: Run) -> None:
    """An API that was well and is gone is undetermined: the student's work was there."""
    run.scenario("base", "verify", base(seeing(Refused("nobody listens"))))
    assert run.outcomes()["base.a"] is UNDETERMINED
    assert "was well earlier" in found(run, "base.a").reason


@pytest.mark.parametrize("around", [Surroundings(lost_machines=lambda: ["node"])])
def test_a_lost_machine_excuses_what_may_follow_from_it(run: Run) -> None:
    """While a machine does not answer, what the cluster shows of it is not held against anybody."""
    run.scenario("base", "verify", base(WRONG))
    assert found(run, "base.a").outcome is UNDETERMINED
    assert "node stopped answering" in found(run, "base.a").reason
