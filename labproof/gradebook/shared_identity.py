"""Labs that share what should differ from student to student: a question for the instructor, never a verdict."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from labproof.gradebook.book import Book, Graded
from labproof.records.model import LabDescription

_OF_CLUSTER = {"authority": "the cluster's authority", "kube-system": "the cluster's id"}


@dataclass(frozen=True)
class Shared:
    """Students in whose labs the same things are the same: each `(what, value)`."""

    students: tuple[Graded, ...]
    things: tuple[tuple[str, str], ...]


def shared(book: Book) -> tuple[Shared, ...]:
    """Return what the labs of more than one student have in common, a group of students at a time."""
    holders: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for place, graded in enumerate(book.students):
        for key in dict.fromkeys(_identities(graded.lab)) if graded.lab else ():
            holders[key].append(place)
    groups: defaultdict[tuple[int, ...], list[tuple[str, str]]] = defaultdict(list)
    for thing, places in holders.items():
        if len(places) > 1:
            groups[tuple(places)].append(thing)
    return tuple(Shared(tuple(book.students[i] for i in who), tuple(things)) for who, things in groups.items())


def _identities(lab: LabDescription) -> Iterator[tuple[str, str]]:
    # Whichever role a machine plays: a copy of another student's node may be somebody's master.
    for described in lab.machines.values():
        if value := described.get("machine-id"):
            yield "a machine's id", value
    for key, what in _OF_CLUSTER.items():
        if value := lab.cluster.get(key):
            yield what, value
