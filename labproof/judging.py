"""The judge: looks until an expectation is met or its time is up, and says what it saw last."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from labproof.errors import CheckFailed, TransportError
from labproof.expect import Expectation
from labproof.wait import Clock, Deadline, poll

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

    def begin(self, wait: float) -> None:
        """Start afresh for the next criterion."""
        self.wait = wait
        self.finding = Finding()

    def __call__(self, probe: Callable[[], T], expectation: Expectation[T], where: str = "") -> None:
        """Look and compare. Raises CheckFailed when it is not met, TransportError when it could not be seen."""
        finding = self.finding
        finding.expected, finding.where = expectation.expected, where
        deadline = Deadline(self.wait, self.clock)

        def look() -> _Look:
            try:
                value = probe()
            except TransportError as problem:
                return _Look(False, False, str(problem), problem)
            return _Look(expectation.is_met(value), expectation.is_final(value), expectation.found(value))

        ended = poll(look, lambda seen: seen.is_met, deadline, is_final=lambda seen: seen.is_final)
        last = ended.value
        finding.found, finding.waited, finding.looks = last.found, ended.seconds, ended.looks
        if last.problem is not None:
            raise last.problem
        if not last.is_met:
            raise CheckFailed(f"expected {expectation.expected}; found {last.found}")
