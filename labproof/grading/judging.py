"""The judge: looks until an expectation is met or its time is up, and says what it saw last."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from labproof.grading.conditions import Broken, Conditions, Lookout
from labproof.grading.expectation import Expectation
from labproof.ground.errors import (
    CheckFailed,
    DeadlineExceeded,
    NoCluster,
    NotRecorded,
    TransportError,
    Unproven,
    Unreachable,
)
from labproof.ground.slowness import stretched
from labproof.ground.wait import Clock, Deadline, poll

LOST_SECONDS = 20.0
"""How long a machine that stopped answering may take to come back, in seconds."""

EVERY_SECONDS = 0.5
"""How long to wait between two looks, in seconds."""

SOON_SECONDS = 0.25
"""The same for what was made just now: every look that comes late keeps the work behind it waiting."""

T = TypeVar("T")


@dataclass
class Finding:
    """What a judgement has seen so far: filled in while it looks, so that nothing is lost when it breaks."""

    expected: str = ""
    found: str = "it was not looked at"
    where: str = ""
    waited: float = 0.0
    looks: int = 0
    broken: tuple[Broken, ...] = ()
    """The conditions that it rests on and that were seen broken."""


@dataclass(frozen=True)
class _Look:
    is_met: bool
    is_final: bool
    found: str
    problem: TransportError | None = None

    @property
    def is_lost(self) -> bool:
        """Tell whether nothing came back."""
        return isinstance(self.problem, Unreachable | DeadlineExceeded)


class Judge:
    """Judges one criterion at a time; `wait` is how long its state may take to come about, in seconds."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.wait = 0.0
        self._every = EVERY_SECONDS
        self.finding = Finding()
        self._is_lost = False
        self._asks_why = True
        self._lookout = Lookout(self.clock)

    def begin(self, wait: float, asks_why: bool = True, is_made_now: bool = False) -> None:
        """Start afresh for the next criterion; `asks_why` is false where it is known that it need not hold yet.

        What `is_made_now` is looked at more often.
        """
        self.wait, self._every = wait, SOON_SECONDS if is_made_now else EVERY_SECONDS
        self.finding = Finding()
        self._asks_why = asks_why

    def forget(self) -> None:
        """Know no condition any more: something was changed."""
        self._lookout.forget()

    def __call__(
        self, probe: Callable[[], T], expectation: Expectation[T], where: str = "", rests_on: Conditions = ()
    ) -> None:
        """Look and compare. Raises CheckFailed when it is not met, TransportError when it could not be seen.

        What it rests on is asked only when it is not met. What was seen broken before is not waited for again.
        """
        finding, rests_on = self.finding, tuple(rests_on) if self._asks_why else ()
        finding.expected, finding.where = expectation.expected, where
        deadline = Deadline(stretched(self.wait), self.clock)

        def is_final(seen: _Look) -> bool:
            # Which machine answers at an address does not change while we look.
            if seen.is_final or isinstance(seen.problem, Unproven):
                return True
            # A machine that was lost before this criterion gets one look; one that has just gone gets some time.
            if seen.is_lost and (self._is_lost or deadline.elapsed > stretched(LOST_SECONDS)):
                return True
            return not seen.is_met and bool(self._lookout.still_broken(rests_on))

        ended = poll(
            _looking(probe, expectation), lambda seen: seen.is_met, deadline, every=self._every, is_final=is_final
        )
        last = ended.value
        self._is_lost = last.is_lost
        finding.found, finding.waited, finding.looks = last.found, ended.seconds, ended.looks
        if not (last.is_met or isinstance(last.problem, Unreachable | NotRecorded | NoCluster)):
            finding.broken = self._lookout.broken(rests_on)
        if last.problem is not None:
            raise last.problem
        if not last.is_met:
            raise CheckFailed(f"expected {expectation.expected}; found {last.found}")


def _looking(probe: Callable[[], T], expectation: Expectation[T]) -> Callable[[], _Look]:
    """Return what looks once more each time it is called."""
    before: _Look | None = None

    def look() -> _Look:
        nonlocal before
        try:
            value = probe()
        except NotRecorded as problem:
            # In the run that was recorded nobody has looked again: what was seen before is what it ended with.
            return replace(before, is_final=True) if before else _Look(False, True, str(problem), problem)
        except TransportError as problem:
            before = _Look(False, False, str(problem), problem)
        else:
            before = _Look(expectation.is_met(value), expectation.is_final(value), expectation.found(value))
        return before

    return look
