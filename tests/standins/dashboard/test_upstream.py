import errno

import pytest

from standins.dashboard.upstream import Link
from standins.dialing import dialed


class Time:
    """A time that passes only while somebody waits."""

    def __init__(self) -> None:
        self.now = 100.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


def test_connection_is_missed_once() -> None:
    """Who comes while a broken connection is not given up yet waits the rest of the 45 s, and nobody later."""
    time = Time()
    link = Link(time, time.pause)
    assert not link.hang(100.0)
    link.keep()
    time.now = 130.0
    assert link.hang(120.0)
    assert time.waits == [35.0]
    assert not link.hang(165.0)


def test_answer_mends_the_connection() -> None:
    """After an answer the connection counts as kept again."""
    time = Time()
    link = Link(time, time.pause)
    link.keep()
    link.hang(100.0)
    link.keep()
    assert link.hang(time.now)
    assert time.waits == [45.0, 45.0]


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        (TimeoutError("timed out"), "i/o timeout"),
        (OSError(errno.EHOSTUNREACH, "x"), "connect: no route to host"),
        (OSError(errno.ENETUNREACH, "x"), "connect: network is unreachable"),
    ],
)
def test_new_connection_fails_in_the_originals_words(cause: OSError, said: str) -> None:
    """What keeps a new connection from the API is said as Go says it."""
    assert dialed("https://10.10.0.1:443", cause) == f"dial tcp 10.10.0.1:443: {said}"
