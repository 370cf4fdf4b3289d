"""What a judgement rests on is asked only when it fails, and never makes up a cause."""

import contextlib

import pytest

from labproof.grading import expectation
from labproof.grading.conditions import FRESH_SECONDS, Condition
from labproof.grading.expectation import Expectation
from labproof.grading.judging import Judge
from labproof.ground.errors import CheckFailed, DeadlineExceeded, NoCluster, NotRecorded, Unreachable
from labproof.ground.wait import Clock


class Fact:
    """A condition that a test sets, and that counts how often it is asked."""

    def __init__(self, holds: bool = False, problem: Exception | None = None) -> None:
        self.holds, self.problem, self.asked = holds, problem, 0

    @property
    def condition(self) -> Condition[bool]:
        return Condition("fact", self.look, Expectation("yes", bool, lambda yes: f"it is {yes}"), "it broke")

    def look(self) -> bool:
        self.asked += 1
        if self.problem:
            raise self.problem
        return self.holds


@pytest.fixture
def time() -> list[float]:
    return [0.0]


@pytest.fixture
def judge(time: list[float]) -> Judge:
    """A judge on a clock that takes no time."""
    return Judge(Clock(lambda: time[0], lambda seconds: time.__setitem__(0, time[0] + seconds)))


def look(judge: Judge, fact: Fact, seen: object = "wrong", wait: float = 0.0, asks_why: bool = True) -> tuple[str, ...]:
    """Judge once and return what was seen broken."""

    def probe() -> object:
        if isinstance(seen, Exception):
            raise seen
        return seen

    judge.begin(wait, asks_why)
    with contextlib.suppress(CheckFailed, DeadlineExceeded, NoCluster, Unreachable):
        judge(probe, expectation.equal("ok"), "master", [fact.condition])
    return tuple(b.says for b in judge.finding.broken)


def test_what_is_right_asks_for_nothing(judge: Judge) -> None:
    """A criterion that is met pays nothing for what it rests on."""
    fact = Fact()
    assert look(judge, fact, "ok") == ()
    assert fact.asked == 0


@pytest.mark.parametrize("seen", ["wrong", DeadlineExceeded("silent")])
def test_what_is_wrong_names_what_broke(judge: Judge, seen: object) -> None:
    """A criterion that is not met, or does not answer, says what was seen of its conditions."""
    assert look(judge, Fact(), seen) == ("it broke (it is False)",)


@pytest.mark.parametrize("seen", ["wrong", DeadlineExceeded("silent")])
def test_what_holds_explains_nothing(judge: Judge, seen: object) -> None:
    """A condition that holds is not named."""
    assert look(judge, Fact(holds=True), seen) == ()


@pytest.mark.parametrize("seen", [NoCluster("never made"), Unreachable("lost")])
def test_what_no_condition_explains_asks_for_none(judge: Judge, seen: Exception) -> None:
    """A cluster that was never made, and a lost connection, follow from no condition."""
    fact = Fact()
    assert look(judge, fact, seen) == ()
    assert fact.asked == 0


@pytest.mark.parametrize("problem", [NotRecorded("old recording"), Unreachable("lost"), DeadlineExceeded("late")])
def test_what_cannot_be_seen_is_not_broken(judge: Judge, problem: Exception) -> None:
    """A condition that cannot be seen, as in an old recording, explains nothing."""
    assert look(judge, Fact(problem=problem)) == ()


def test_known_broken_is_not_waited_for_again(judge: Judge, time: list[float]) -> None:
    """Once a condition was seen broken, what rests on it gets one look instead of its whole wait."""
    fact = Fact()
    look(judge, fact, wait=60)
    assert judge.finding.looks > 1
    look(judge, fact, wait=60)
    assert (judge.finding.looks, judge.finding.waited) == (1, 0.0)
    assert fact.asked == 1


def test_what_may_have_come_back_is_asked_again(judge: Judge, time: list[float]) -> None:
    """A condition that was seen broken a while ago is asked afresh, and what holds again is waited for."""
    fact = Fact()
    look(judge, fact)
    fact.holds = True
    time[0] += FRESH_SECONDS + 1
    assert look(judge, fact, wait=10) == ()
    assert judge.finding.looks > 1


def test_work_makes_everything_open_again(judge: Judge) -> None:
    """After work was done nothing is known of conditions any more."""
    fact = Fact()
    look(judge, fact)
    judge.forget()
    fact.holds = True
    assert look(judge, fact, wait=10) == ()
    assert judge.finding.looks > 1


def test_what_need_not_hold_yet_asks_for_nothing(judge: Judge) -> None:
    """Before the work, when most things do not hold, nobody asks why."""
    fact = Fact()
    assert look(judge, fact, asks_why=False) == ()
    assert fact.asked == 0
