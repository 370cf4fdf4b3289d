"""What becomes of criteria that are not met: a point is lost where its cause is graded, and only there.

A criterion is blocked by what it needs, which stands before it, or by what grades a condition that it saw broken,
wherever that stands. So everything is settled again whenever one criterion more is known. Where all that grades a
condition has passed, its cause is counted at the first criterion that saw it broken.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from labproof.grading.conditions import Broken
from labproof.grading.rubric import Entry
from labproof.ground.errors import CheckFailed, DeadlineExceeded, NoCluster, Refused
from labproof.records.model import Outcome

_State = Literal["fine", "red", "doubtful"]
_Group = frozenset[str]


@dataclass(frozen=True)
class Seen:
    """What was seen of a criterion, which stands whatever is seen of others.

    `blindness` says why we could not see it, `doubt` why what was seen may be no fault of the student's.
    """

    entry: Entry
    problem: Exception | None = None
    broken: tuple[Broken, ...] = ()
    blindness: str = ""
    doubt: str = ""

    @property
    def is_unmet(self) -> bool:
        """Tell whether it was seen, and not met."""
        return isinstance(self.problem, CheckFailed | NoCluster | Refused)


@dataclass(frozen=True)
class Settled:
    """What became of a criterion, what blocks it, and the reason."""

    outcome: Outcome
    blocked_by: str = ""
    reason: str = ""


_PASSED = Settled(Outcome.PASSED)


def settle(
    seen: Mapping[str, Seen], earlier: Mapping[str, Settled], graders: Mapping[str, tuple[str, ...]]
) -> dict[str, Settled]:
    """Return what became of every criterion that was seen.

    `earlier` is what is known of those that were not; `graders` are the criteria that grade each condition.
    """
    return _Settling(seen, earlier, graders).all()


class _Settling:
    """Criteria that were not met as a graph: an arrow leads to each that may be the cause."""

    def __init__(
        self, seen: Mapping[str, Seen], earlier: Mapping[str, Settled], graders: Mapping[str, tuple[str, ...]]
    ) -> None:
        self._seen = seen
        self._earlier = earlier
        self._graders = graders
        self._causes = {id_: tuple(self._arrows(one)) for id_, one in seen.items() if one.problem is not None}
        self._reach = {id_: self._reached(id_) for id_ in self._causes}
        self._judged = cache(self._judge)

    def all(self) -> dict[str, Settled]:
        return {id_: self._settled(id_, one) for id_, one in self._seen.items()}

    def _arrows(self, one: Seen) -> Iterator[str]:
        # What a silent server was asked for may be missing because of a need; a lost connection says nothing.
        if one.is_unmet or (isinstance(one.problem, DeadlineExceeded) and not one.doubt):
            yield from one.entry.needs
        for condition in one.broken:
            graders = self._graders_of(condition, one)
            yield from (grader for grader in graders if grader in self._seen)
            if graders and all(grader in self._seen and self._seen[grader].problem is None for grader in graders):
                yield from self._first_witness(condition, one)

    def _first_witness(self, condition: Broken, one: Seen) -> tuple[str, ...]:
        """Return the first criterion that saw a condition broken and has no other cause; nothing for itself."""
        first = next((id_ for id_, other in self._seen.items() if self._is_witness(other, condition)), one.entry.id)
        return (first,) if first != one.entry.id else ()

    def _is_witness(self, one: Seen, condition: Broken) -> bool:
        lacks = any(need in self._seen and self._seen[need].problem is not None for need in one.entry.needs)
        return one.is_unmet and not lacks and condition.name in {broken.name for broken in one.broken}

    def _unlooked(self, one: Seen) -> str:
        """Return a criterion that grades what was seen broken and that this run did not look at, or nothing."""
        graders = (grader for condition in one.broken for grader in self._graders_of(condition, one))
        return next((grader for grader in graders if grader not in self._seen), "")

    def _graders_of(self, condition: Broken, one: Seen) -> tuple[str, ...]:
        """Return what grades a condition; nothing for a criterion that grades it itself."""
        return () if condition.name in one.entry.grades else self._graders.get(condition.name, ())

    def _reached(self, id_: str) -> set[str]:
        found: set[str] = set()
        left = [id_]
        while left:
            new = [cause for cause in self._causes.get(left.pop(), ()) if cause not in found]
            found.update(new)
            left += new
        return found

    def _group(self, id_: str) -> _Group:
        """Return a criterion with all that it blames and that blame it in turn."""
        return frozenset({id_, *(other for other in self._reach[id_] if id_ in self._reach.get(other, ()))})

    def _judge(self, group: _Group) -> tuple[_State, str]:
        """Return how a group is, and the root that is to blame for it."""
        members = [id_ for id_ in self._seen if id_ in group]
        outside = [cause for id_ in members for cause in self._causes[id_] if cause not in group]
        if red := next((cause for cause in outside if self._state(cause) == "red"), ""):
            return "red", self._root(red)
        if any(map(self._is_doubted, members)) or any(self._state(cause) == "doubtful" for cause in outside):
            return "doubtful", ""
        return "red", next((id_ for id_ in members if self._is_root(self._seen[id_])), members[0])

    def _is_doubted(self, id_: str) -> bool:
        one = self._seen[id_]
        return not one.is_unmet or bool(one.doubt or self._unlooked(one))

    @staticmethod
    def _is_root(one: Seen) -> bool:
        """Tell whether it grades a condition that it saw broken itself."""
        return any(condition.name in one.entry.grades for condition in one.broken)

    def _state(self, id_: str) -> _State:
        if id_ in self._causes:
            return self._judged(self._group(id_))[0]
        if id_ in self._seen:
            return "fine"
        outcome = self._earlier[id_].outcome if id_ in self._earlier else Outcome.UNDETERMINED
        if outcome in (Outcome.FAILED, Outcome.BLOCKED):
            return "red"
        return "doubtful" if outcome is Outcome.UNDETERMINED else "fine"

    def _root(self, id_: str) -> str:
        if id_ in self._causes:
            return self._judged(self._group(id_))[1]
        return self._earlier[id_].blocked_by or id_

    def _settled(self, id_: str, one: Seen) -> Settled:
        if one.problem is None:
            return _PASSED
        state, root = self._judged(self._group(id_))
        if state == "doubtful":
            return Settled(Outcome.UNDETERMINED, reason=one.blindness or self._why_doubtful(one))
        red = next((cause for cause in self._causes[id_] if cause != id_ and self._state(cause) == "red"), "")
        said = "; ".join(c.says for c in one.broken)
        if root == id_:
            return Settled(Outcome.FAILED, reason=said and f"seen with it: {said}")
        return Settled(Outcome.BLOCKED, (self._root(red) if red else "") or root, self._why_blocked(one))

    def _why_blocked(self, one: Seen) -> str:
        """Return what was seen broken and is graded by what has failed."""
        red = {cause for cause in self._causes[one.entry.id] if self._state(cause) == "red"}
        causes = (c for c in one.broken if red & {*self._graders_of(c, one), *self._first_witness(c, one)})
        return "; ".join(condition.says for condition in causes)

    def _why_doubtful(self, one: Seen) -> str:
        for need in one.entry.needs:
            if self._state(need) == "doubtful":
                return f"it depends on {need}, which could not be seen"
        said = "; ".join(condition.says for condition in one.broken)
        if unlooked := self._unlooked(one):
            return f"{said}: {unlooked}, where that is graded, was not looked at"
        unseen = next((cause for cause in self._causes[one.entry.id] if self._state(cause) == "doubtful"), "")
        return one.doubt or f"{said}: {unseen}, where that is graded, could not be seen"
