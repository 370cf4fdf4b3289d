"""The judge: looks until an expectation is met or its time is up, and says what it saw last."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from labproof.errors import CheckFailed, DeadlineExceeded, NotRecorded, TransportError, Unproven, Unreachable
from labproof.expect import Expectation
from labproof.wait import Clock, Deadline, poll

LOST_SECONDS = 20.0
"""How long a machine that stopped answering may take to come back, in seconds."""

T = TypeVar("T")


@dataclass
class Finding:
    """What a judgement has seen so far: filled in while it looks, so that nothing is lost when it breaks."""

    expected: str = ""
    found: str = "it was not looked at"
    where: str = ""
    waited: float = 0.0
    looks: int = 0


@dataclass(frozen=True)
class _Look:
    is_met: bool
    is_final: bool
    found: str
    problem: TransportError | None = None


class Judge:
    """Judges one criterion at a time; `wait` is how long its state may take to come about, in seconds."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.wait = 0.0
        self.finding = Finding()
        self._is_lost = False

    def begin(self, wait: float) -> None:
        """Start afresh for the next criterion."""
        self.wait = wait
        self.finding = Finding()

    def __call__(self, probe: Callable[[], T], expectation: Expectation[T], where: str = "") -> None:
        """Look and compare. Raises CheckFailed when it is not met, TransportError when it could not be seen."""
        finding = self.finding
        finding.expected, finding.where = expectation.expected, where
        deadline = Deadline(self.wait, self.clock)
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

        def is_final(seen: _Look) -> bool:
            is_lost = isinstance(seen.problem, Unreachable | DeadlineExceeded)
            # A machine that was lost before this criterion gets one look; one that has just gone gets some time.
            # Which machine answers at an address does not change while we look.
            return (
                seen.is_final
                or isinstance(seen.problem, Unproven)
                or (is_lost and (self._is_lost or deadline.elapsed > LOST_SECONDS))
            )

        ended = poll(look, lambda seen: seen.is_met, deadline, is_final=is_final)
        last = ended.value
        self._is_lost = isinstance(last.problem, Unreachable | DeadlineExceeded)
        finding.found, finding.waited, finding.looks = last.found, ended.seconds, ended.looks
        if last.problem is not None:
            raise last.problem
        if not last.is_met:
            raise CheckFailed(f"expected {expectation.expected}; found {last.found}")
