"""Waiting, on a clock that takes no time."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labproof.ground.errors import DeadlineExceeded
from labproof.ground.wait import Clock, Deadline, poll, wait_until


class FakeTime:
    """A clock that only sleeping moves, and that remembers the sleeps."""

    def __init__(self) -> None:
        self.time = 100.0
        self.sleeps: list[float] = []
        self.clock = Clock(now=lambda: self.time, sleep=self._sleep)

    def _sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.sleeps.append(seconds)
        self.time += seconds


@pytest.fixture
def fake_time() -> FakeTime:
    return FakeTime()


def test_deadline_counts_from_its_creation(fake_time: FakeTime) -> None:
    """What has passed and what is left add up, and nothing is left once it has expired."""
    deadline = Deadline(3, fake_time.clock)
    fake_time.time += 1
    assert (deadline.elapsed, deadline.remaining, deadline.is_expired) == (1, 2, False)
    fake_time.time += 5
    assert (deadline.elapsed, deadline.remaining, deadline.is_expired) == (6, 0, True)


def test_met_at_once_is_not_waited_for(fake_time: FakeTime) -> None:
    """A condition that holds already costs one look and no sleep."""
    waited = poll(lambda: 1, lambda v: v == 1, Deadline(10, fake_time.clock))
    assert (waited.value, waited.is_met, waited.looks, waited.seconds) == (1, True, 1, 0)
    assert fake_time.sleeps == []


def test_looks_until_it_is_met(fake_time: FakeTime) -> None:
    """A condition that comes about ends the wait with the observation that met it."""
    values = iter([1, 2, 3, 4])
    waited = poll(lambda: next(values), lambda v: v == 3, Deadline(10, fake_time.clock), every=2)
    assert (waited.value, waited.is_met, waited.looks, waited.seconds) == (3, True, 3, 4)


def test_last_observation_is_kept(fake_time: FakeTime) -> None:
    """A wait that is not met ends with what was seen last, not first."""
    values = iter(range(100))
    waited = poll(lambda: next(values), lambda v: False, Deadline(2, fake_time.clock), every=0.5)
    assert not waited.is_met
    assert waited.value == waited.looks - 1 > 0


def test_final_state_ends_the_wait(fake_time: FakeTime) -> None:
    """A state that waiting cannot change is not waited for."""
    waited = poll(lambda: "dead", lambda v: False, Deadline(60, fake_time.clock), is_final=lambda v: v == "dead")
    assert (waited.is_met, waited.looks) == (False, 1)
    assert fake_time.sleeps == []


def test_no_time_still_means_one_look(fake_time: FakeTime) -> None:
    """Without any time there is exactly one look."""
    assert poll(lambda: 1, lambda v: False, Deadline(0, fake_time.clock)).looks == 1


@given(st.floats(0, 30), st.floats(0.05, 5))
def test_never_sleeps_past_the_deadline(seconds: float, every: float) -> None:
    """A wait never sleeps longer than it was given, whatever the interval."""
    fake_time = FakeTime()
    waited = poll(lambda: 1, lambda v: False, Deadline(seconds, fake_time.clock), every=every)
    assert sum(fake_time.sleeps) <= seconds + 1e-6
    assert waited.looks == len(fake_time.sleeps) + 1


def test_error_of_a_probe_passes_through(fake_time: FakeTime) -> None:
    """An error of the probe ends the wait: it is not taken for `not yet`."""

    def broken() -> int:
        raise RuntimeError("broken probe")

    with pytest.raises(RuntimeError, match="broken probe"):
        poll(broken, lambda v: True, Deadline(10, fake_time.clock))


def test_wait_until_returns_what_was_met(fake_time: FakeTime) -> None:
    """`wait_until` returns the observation that met the condition."""
    values = iter([0, 7])
    assert wait_until(lambda: next(values), lambda v: v > 0, Deadline(5, fake_time.clock), "seven") == 7


def test_wait_until_says_what_was_seen(fake_time: FakeTime) -> None:
    """A wait in vain says for what, for how long, how often it looked and what it saw last."""
    with pytest.raises(DeadlineExceeded, match=r"waited 1\.0 s \(3 looks\) for the moon; last seen: 'clouds'"):
        wait_until(lambda: "clouds", lambda v: v == "moon", Deadline(1.5, fake_time.clock), "the moon")


def test_real_clock_moves_and_sleeps() -> None:
    """Without a clock of one's own, time is real."""
    started = time.monotonic()
    poll(lambda: 1, lambda v: False, Deadline(0.05), every=0.02)
    assert 0.02 <= time.monotonic() - started < 5
