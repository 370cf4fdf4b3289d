"""Waiting with a deadline: the only place that sleeps."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from labproof.ground.errors import DeadlineExceeded

T = TypeVar("T")


@dataclass(frozen=True)
class Clock:
    """A source of time that a test or a replay can replace."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class Deadline:
    """A moment after which waiting ends, in seconds from its creation."""

    seconds: float
    clock: Clock = field(default_factory=Clock)
    started: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "started", self.clock.now())

    @property
    def elapsed(self) -> float:
        """Return the seconds since the creation."""
        return self.clock.now() - self.started

    @property
    def remaining(self) -> float:
        """Return the seconds that are left, never below zero."""
        return max(0.0, self.seconds - self.elapsed)

    @property
    def is_expired(self) -> bool:
        """Tell whether no time is left."""
        return self.remaining <= 0


@dataclass(frozen=True)
class Waited(Generic[T]):
    """What a wait ended with: the last observation, how long it took, how often it looked."""

    value: T
    is_met: bool
    seconds: float
    looks: int


def poll(
    probe: Callable[[], T],
    is_met: Callable[[T], bool],
    deadline: Deadline,
    *,
    every: float = 0.5,
    is_final: Callable[[T], bool] = lambda _: False,
) -> Waited[T]:
    """Look until the condition is met, a final state is seen or the deadline has passed.

    Always looks at least once, and keeps the last observation. `every` is in seconds.
    """
    looks = 0
    while True:
        value = probe()
        looks += 1
        met = is_met(value)
        if met or is_final(value) or deadline.remaining <= every:
            return Waited(value, met, deadline.elapsed, looks)
        deadline.clock.sleep(every)


def wait_until(
    probe: Callable[[], T],
    is_met: Callable[[T], bool],
    deadline: Deadline,
    what: str,
    *,
    every: float = 0.5,
) -> T:
    """Wait as `poll` does and raise DeadlineExceeded, with what was seen last, when it is not met."""
    waited = poll(probe, is_met, deadline, every=every)
    if not waited.is_met:
        raise DeadlineExceeded(
            f"waited {waited.seconds:.1f} s ({waited.looks} looks) for {what}; last seen: {waited.value!r}"
        )
    return waited.value
