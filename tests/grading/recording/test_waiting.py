"""How long a criterion is waited for."""

import pytest

from labproof.grading.surroundings import Surroundings
from tests.grading.recording.driver import OK, PASSED, WRONG, Run, base, found


def test_performing_waits_as_the_rubric_says(run: Run) -> None:
    """After our own work a state has the time that the rubric gives it."""
    run.scenario("base", "perform", base(WRONG, OK, OK))
    assert 29 <= sum(run.slept) <= 30
    assert found(run, "base.a").waited == pytest.approx(30, abs=1)
    assert found(run, "base.a").looks > 50


@pytest.mark.parametrize("around", [Surroundings(patience=4)])
def test_verifying_waits_less(run: Run) -> None:
    """A student's finished work needs no more patience than was asked for."""
    run.scenario("base", "verify", base(WRONG, OK, OK))
    assert 3 <= sum(run.slept) <= 4


@pytest.mark.parametrize("around", [Surroundings(patience=100)])
def test_short_waits_stay_short(run: Run) -> None:
    """Patience never makes a wait longer than the rubric's."""
    run.scenario("next", "verify", {"next.d": WRONG})
    assert sum(run.slept) <= 5


@pytest.mark.parametrize("use", ["perform", "verify"])
def test_hopeless_is_not_waited_for(run: Run, use: str) -> None:
    """What needs something that failed is looked at once and not waited for."""
    run.scenario("base", use, base(WRONG, WRONG, WRONG))
    assert found(run, "base.b").looks == 1
    assert sum(run.slept) <= 30


def test_coming_about_is_waited_for(run: Run) -> None:
    """A state that comes about within the wait passes and says how long it took."""
    values = iter(["wrong", "wrong", "wrong", "ok"])
    run.scenario("base", "verify", base(lambda: next(values)))
    assert found(run, "base.a").outcome is PASSED
    assert (found(run, "base.a").looks, found(run, "base.a").waited) == (4, 1.5)


@pytest.mark.parametrize("around", [Surroundings(now=lambda: "early", resumed=lambda: "when it answered")])
def test_recorded_scenario_begins_with_its_first_answer(run: Run) -> None:
    """A scenario of a recording began when its first answer came, and not when the one before had ended."""
    assert run.scenario("base", "verify", base(OK, OK, OK)).started == "when it answered"


@pytest.mark.parametrize("around", [Surroundings(now=lambda: "now")])
def test_scenario_begins_when_we_saw_it_begin(run: Run) -> None:
    """On machines a scenario has the time at which it began."""
    assert run.scenario("base", "verify", base(OK, OK, OK)).started == "now"
