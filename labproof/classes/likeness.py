"""Machines and clusters of a class that answer as another student's do: questions for the instructor, no verdicts."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from labproof.records.model import RunRecord

_MACHINE_ID = "machine-id"
_LONG = 32
"""Characters from which on a fact of a cluster is an id or a fingerprint: times of two labs may well be the same."""


@dataclass(frozen=True)
class Mark:
    """What one lab tells of itself that no other lab should: what it is, in words, and its value."""

    what: str
    place: str
    value: str


def marks(run: RunRecord) -> tuple[Mark, ...]:
    """Return what tells a student's lab from those of others."""
    found = [
        Mark(f"the {_MACHINE_ID}", name, facts[_MACHINE_ID])
        for name, facts in run.lab.machines.items()
        if facts.get(_MACHINE_ID)
    ]
    found += [
        Mark(f"{name} of the cluster", "", value) for name, value in run.lab.cluster.items() if len(value) >= _LONG
    ]
    return tuple(found)


def questions(students: Mapping[str, tuple[Mark, ...]]) -> dict[str, tuple[str, ...]]:
    """Return for each student what is the same in another student's lab, with that student named."""
    holders: dict[tuple[str, str], list[tuple[str, Mark]]] = defaultdict(list)
    for student, own in students.items():
        for mark in own:
            holders[mark.what, mark.value].append((student, mark))
    asked: dict[str, list[str]] = {student: [] for student in students}
    for alike in holders.values():
        for student, mark in alike:
            for other, theirs in alike:
                if other != student:
                    asked[student].append(_question(mark, other, theirs))
    return {student: tuple(said) for student, said in asked.items()}


def _question(mark: Mark, other: str, theirs: Mark) -> str:
    where, there = (f"{place}: " if place else "" for place in (mark.place, theirs.place))
    return f"{where}{mark.what} is that of {other}{f' ({there[:-2]})' if there else ''}: one lab for two, or a copy?"
