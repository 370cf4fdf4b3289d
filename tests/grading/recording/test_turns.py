"""A scenario whose work is done in one turn, and whose criteria are looked at in another."""

from collections.abc import Callable

import pytest

from labproof.grading.surroundings import Surroundings
from labproof.grading.turns import Part
from labproof.records.model import Authorship, StepOutcome
from tests.grading.recording.driver import OK, PASSED, UNDETERMINED, WRONG, Probe, Run, base, found, seeing


def by_work(worked: list[bool]) -> Probe:
    """Return a probe for what holds once somebody has worked."""
    return lambda: "ok" if worked else "wrong"


def test_two_turns_come_to_the_same_as_one(run: Run) -> None:
    """The record of both turns is that of one: every sentence once, in order, and who brought about what."""
    worked: list[bool] = []
    probes = base(OK, by_work(worked), by_work(worked))
    run.scenario("base", "perform", probes, lambda: worked.append(True), Part.WORK)
    run.scenario("next", "perform", {"next.d": OK})
    record = run.scenario("base", "perform", probes, lambda: worked.append(True), Part.LOOK)
    assert [s.text.split()[0] for s in record.steps] == ["base", "base.a", "base.b", "base.c"]
    assert {s.outcome for s in record.steps} == {PASSED}
    assert [c.authorship for c in record.criteria] == [Authorship.FOUND, Authorship.RUNNER, Authorship.RUNNER]
    assert worked == [True]
    assert (run.recording.run.score.earned, run.recording.finish("finished").ended) == (100, "finished")


def test_work_alone_judges_nothing(run: Run) -> None:
    """After the work nothing is known of the criteria: none has passed, none has failed."""
    record = run.scenario("base", "perform", base(WRONG), part=Part.WORK)
    assert {c.outcome for c in record.criteria} == {UNDETERMINED}
    assert len(record.steps) == 1
    assert run.recording.run.score.undetermined == 100


def test_found_work_is_not_done_again(run: Run) -> None:
    """What all held before is found, and its When says so, in whichever turn it is looked at."""
    run.scenario("base", "perform", base(OK), part=Part.WORK)
    record = run.scenario("base", "perform", base(OK), part=Part.LOOK)
    assert record.steps[0].outcome is StepOutcome.NOTHING_TO_DO
    assert {c.authorship for c in record.criteria} == {Authorship.FOUND}


def test_what_comes_about_between_the_turns_is_the_runners(run: Run) -> None:
    """A criterion that did not hold before the work is nobody else's, though it holds at the first look after it."""
    answers: dict[str, object] = {"now": "wrong"}
    probe: Callable[[], object] = lambda: answers["now"]  # noqa: E731
    run.scenario("base", "perform", base(probe), part=Part.WORK)
    answers["now"] = "ok"
    record = run.scenario("base", "perform", base(probe), part=Part.LOOK)
    assert {c.authorship for c in record.criteria} == {Authorship.RUNNER}


def test_failed_work_is_told_with_what_came_of_it(run: Run) -> None:
    """Work that failed stays in the record, and what is wrong because of it has failed."""

    def fail() -> None:
        raise ValueError("it broke")

    run.scenario("base", "perform", base(WRONG), fail, Part.WORK)
    record = run.scenario("base", "perform", base(WRONG), part=Part.LOOK)
    assert (record.steps[0].outcome, record.criteria[0].outcome) == (StepOutcome.UNDETERMINED, "failed")
    assert "it broke" in record.steps[0].note


def test_what_is_never_looked_at_has_its_reason(run: Run) -> None:
    """An error of ours that keeps a scenario from its second turn is the reason for all of its criteria."""
    (scenario,) = run.plan.of("base")
    assert not run.recording.has_seen(scenario)
    run.scenario("base", "perform", base(OK), part=Part.WORK)
    assert not run.recording.has_seen(scenario)
    run.recording.blame(scenario, RuntimeError("boom"))
    assert "RuntimeError: boom" in found(run, "base.a").reason


def test_error_in_the_work_is_no_ones_loss(run: Run) -> None:
    """An error of ours after the work leaves to the second turn what it can see."""
    run.scenario("base", "perform", base(OK), part=Part.WORK)
    run.recording.blame(None, RuntimeError("boom"))
    record = run.scenario("base", "perform", base(OK), part=Part.LOOK)
    assert record.outcome is PASSED
    assert run.recording.finish("finished").ended == "broken"


def test_second_turn_alone_looks(run: Run) -> None:
    """Criteria are judged though the turn of the work never came to its record."""
    record = run.scenario("base", "perform", base(seeing("ok")), part=Part.LOOK)
    assert {c.outcome for c in record.criteria} == {PASSED}


TICKS = iter(range(1000))


@pytest.mark.parametrize("around", [Surroundings(clock=lambda: float(next(TICKS)))], ids=["a second a look"])
def test_time_between_the_turns_is_nobodys(run: Run, around: Surroundings) -> None:
    """A scenario took as long as both of its turns together."""
    first = run.scenario("base", "perform", base(OK), part=Part.WORK)
    for _ in range(500):
        around.clock()
    began = around.clock()
    both = run.scenario("base", "perform", base(OK), part=Part.LOOK)
    assert first.seconds < around.clock() - began < both.seconds < 100
    assert both.started == first.started
