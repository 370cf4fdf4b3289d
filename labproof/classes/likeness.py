"""Machines and clusters of a class that answer as another student's do: questions for the instructor, no verdicts."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from labproof.records.model import RunRecord

_MACHINE_ID = "machine-id"
_LONG = 32
"""Characters from which on a fact of a cluster is an id or a fingerprint: times of two labs may well be the same."""

_MOST = 3
"""How many others a question names: a whole class may have been made from one image."""


@dataclass(frozen=True)
class Mark:
    """What one lab tells of itself that no other lab should: what it is, in words, and its value."""

    what: str
    place: str
    value: str


def marks(run: RunRecord) -> tuple[Mark, ...]:
    """Return what tells a student's lab from those of others."""
    found = [
        Mark("the machine-id", name, facts[_MACHINE_ID])
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
        names = list(dict.fromkeys(student for student, _ in alike))
        if len(names) > 1:
            places = {student: mark.place for student, mark in alike if mark.place}
            for student, mark in alike:
                asked[student].append(_question(mark, [name for name in names if name != student], places))
    return {student: tuple(said) for student, said in asked.items()}


def _question(mark: Mark, others: list[str], places: Mapping[str, str]) -> str:
    named = ", ".join(f"{other} ({places[other]})" if other in places else other for other in others[:_MOST])
    where = f"{mark.place}: " if mark.place else ""
    if (left := len(others) - _MOST) > 0:
        return f"{where}{mark.what} is that of {named} and of {left} more, too: one lab for several, or a copy?"
    return f"{where}{mark.what} is that of {named}, too: one lab for several, or a copy?"
