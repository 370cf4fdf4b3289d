"""The judge of one criterion."""

from collections.abc import Callable

import pytest

from labproof.grading import expectation
from labproof.grading.expectation import Expectation
from labproof.grading.judging import Judge
from labproof.ground import slowness
from labproof.ground.errors import CheckFailed, DeadlineExceeded, NotRecorded, Unreachable
from labproof.ground.wait import Clock


@pytest.fixture
def judge() -> Judge:
    """A judge on a clock that takes no time."""
    time = [0.0]
    return Judge(Clock(lambda: time[0], lambda seconds: time.__setitem__(0, time[0] + seconds)))


def sequence(*values: object) -> Callable[[], object]:
    """Return a probe that sees these values, or raises them, one after another and then the last again."""
    left = list(values)

    def probe() -> object:
        value = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(value, Exception):
            raise value
        return value

    return probe


def test_what_is_right_passes(judge: Judge) -> None:
    """What is as expected passes, and the finding says what was expected, found and where."""
    judge.begin(0)
    judge(lambda: "ok", expectation.equal("ok"), "master")
    finding = judge.finding
    assert (finding.expected, finding.found, finding.where, finding.looks) == ("ok", "ok", "master", 1)


def test_what_is_wrong_fails_with_both(judge: Judge) -> None:
    """What is not as expected fails, and the error says expected and found."""
    judge.begin(0)
    with pytest.raises(CheckFailed, match="expected ok; found bad"):
        judge(lambda: "bad", expectation.equal("ok"))
    assert judge.finding.found == "bad"


def test_what_comes_about_in_time_passes(judge: Judge) -> None:
    """A state that comes about within the wait passes, and the finding says how long it took."""
    judge.begin(10)
    judge(sequence("no", "no", "ok"), expectation.equal("ok"))
    assert (judge.finding.found, judge.finding.looks, judge.finding.waited) == ("ok", 3, 1.0)


def test_what_was_made_just_now_is_looked_at_soon(judge: Judge) -> None:
    """The time between two looks can be another one, and the next criterion has the usual one again."""
    judge.begin(10, is_made_now=True)
    judge(sequence("no", "no", "ok"), expectation.equal("ok"))
    assert judge.finding.waited == pytest.approx(0.5)
    judge.begin(10)
    judge(sequence("no", "no", "ok"), expectation.equal("ok"))
    assert judge.finding.waited == pytest.approx(1.0)


def test_slow_machines_get_more_time(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    """A state that comes about after the wait passes where the machines are known to be that slow."""
    monkeypatch.setenv(slowness.VARIABLE, "4")
    judge.begin(1)
    judge(sequence("no", "no", "no", "no", "ok"), expectation.equal("ok"))
    assert judge.finding.waited == 2.0


def test_what_comes_too_late_fails(judge: Judge) -> None:
    """A state that does not come about within the wait fails with what was seen last."""
    judge.begin(2)
    with pytest.raises(CheckFailed, match="found last"):
        judge(sequence("first", "last"), expectation.equal("ok"))
    assert 1 < judge.finding.waited <= 2


def test_blindness_that_passes_is_no_fault(judge: Judge) -> None:
    """What could not be seen for a moment is looked at again."""
    judge.begin(10)
    judge(sequence(Unreachable("rebooting"), "ok"), expectation.equal("ok"))
    assert judge.finding.looks == 2


def test_blindness_that_stays_is_raised(judge: Judge) -> None:
    """What could not be seen to the end is raised as just that, never as a failed check."""
    judge.begin(1)
    with pytest.raises(DeadlineExceeded, match="blind"):
        judge(sequence("no", DeadlineExceeded("blind")), expectation.equal("ok"))
    assert judge.finding.found == "blind"


def test_wrong_after_blind_is_wrong(judge: Judge) -> None:
    """What is seen to be wrong in the end fails, though it could not be seen before."""
    judge.begin(1)
    with pytest.raises(CheckFailed):
        judge(sequence(Unreachable("blind"), "no"), expectation.equal("ok"))


def test_final_state_is_not_waited_for(judge: Judge) -> None:
    """A state that waiting cannot change fails at once."""
    judge.begin(100)
    wanted: Expectation[str] = Expectation("ok", lambda v: v == "ok", str, lambda v: v == "dead")
    with pytest.raises(CheckFailed):
        judge(lambda: "dead", wanted)
    assert judge.finding.looks == 1


def test_crash_of_a_probe_passes_through(judge: Judge) -> None:
    """An error of our own is not turned into anything else, and what was expected is still known."""
    judge.begin(10)
    with pytest.raises(ZeroDivisionError):
        judge(lambda: 1 // 0, expectation.equal(1), "node")
    assert (judge.finding.expected, judge.finding.where) == ("1", "node")
    assert judge.finding.found == "it was not looked at"


def test_each_criterion_begins_afresh(judge: Judge) -> None:
    """The next criterion knows nothing of the one before."""
    judge.begin(0)
    judge(lambda: "ok", expectation.equal("ok"), "master")
    judge.begin(5)
    assert judge.finding.found == "it was not looked at"
    assert (judge.finding.where, judge.finding.looks, judge.wait) == ("", 0, 5)


def test_recording_without_a_later_look_ends_with_the_one_before(judge: Judge) -> None:
    """A replay that would look more often than the run did keeps what the run saw last."""
    judge.begin(30)
    with pytest.raises(CheckFailed, match="found wrong"):
        judge(sequence("wrong", NotRecorded("no answer")), expectation.equal("right"))
    assert judge.finding.found == "wrong"


def test_what_was_never_looked_at_is_not_recorded(judge: Judge) -> None:
    """Without a single look there is nothing to keep, and nothing to wait for."""
    judge.begin(30)
    with pytest.raises(NotRecorded):
        judge(sequence(NotRecorded("no answer")), expectation.equal("right"))
    assert judge.finding.looks == 1
