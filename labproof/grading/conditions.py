"""Conditions: facts that make other facts possible, such as a machine that answers.

A judgement that failed asks the conditions that it rests on, and only then. One that is found broken is the
likely cause; the course says which criterion grades it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from labproof.grading.expectation import Expectation
from labproof.ground.errors import TransportError
from labproof.ground.wait import Clock, Deadline

FRESH_SECONDS = 20.0
"""How long an answer about a condition is taken for the present one, in seconds."""

T = TypeVar("T")


@dataclass(frozen=True)
class Condition(Generic[T]):
    """A fact by the name that the course grades it under; `otherwise` is what is so when it does not hold."""

    name: str
    probe: Callable[[], T]
    expectation: Expectation[T]
    otherwise: str


@dataclass(frozen=True)
class Broken:
    """A condition that was seen not to hold, and what was seen."""

    name: str
    says: str


Conditions = Iterable[Condition[Any]]


class Lookout:
    """Asks conditions, and knows for a while what they were."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: dict[str, tuple[Deadline, Broken | None]] = {}
        self._broken: set[str] = set()

    def broken(self, conditions: Conditions) -> tuple[Broken, ...]:
        """Return the conditions that do not hold; one that cannot be seen says nothing."""
        found = (self._ask(condition) for condition in conditions)
        return tuple(problem for problem in found if problem is not None)

    def still_broken(self, conditions: Conditions) -> tuple[Broken, ...]:
        """Return those that were seen broken before and are so still; no other is asked."""
        return self.broken(condition for condition in conditions if condition.name in self._broken)

    def forget(self) -> None:
        """Know nothing any more: something was changed."""
        self._seen.clear()
        self._broken.clear()

    def _ask(self, condition: Condition[Any]) -> Broken | None:
        until, problem = self._seen.get(condition.name, (None, None))
        if until is None or until.is_expired:
            problem = _look(condition)
            self._seen[condition.name] = (Deadline(FRESH_SECONDS, self._clock), problem)
        (self._broken.add if problem else self._broken.discard)(condition.name)
        return problem


def _look(condition: Condition[Any]) -> Broken | None:
    try:
        value = condition.probe()
    except TransportError:
        return None
    if condition.expectation.is_met(value):
        return None
    return Broken(condition.name, f"{condition.otherwise} ({condition.expectation.found(value)})")
