"""Labs that share what should differ from student to student: a question for the instructor, never a verdict."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from labproof.gradebook.book import Book, Graded
from labproof.records.model import LabDescription

_OF_CLUSTER = {"authority": "the cluster's authority", "kube-system": "the cluster's id"}


@dataclass(frozen=True)
class Shared:
    """Students in whose labs one thing is the same."""

    what: str
    value: str
    students: tuple[Graded, ...]


def shared(book: Book) -> tuple[Shared, ...]:
    """Return what the labs of more than one student have in common, in the order of the students."""
    holders: defaultdict[tuple[str, str], list[Graded]] = defaultdict(list)
    for graded in book.students:
        for key in dict.fromkeys(_identities(graded.lab)) if graded.lab else ():
            holders[key].append(graded)
    return tuple(Shared(*key, tuple(students)) for key, students in holders.items() if len(students) > 1)


def _identities(lab: LabDescription) -> Iterator[tuple[str, str]]:
    # Whichever role a machine plays: a copy of another student's node may be somebody's master.
    for described in lab.machines.values():
        if value := described.get("machine-id"):
            yield "a machine's id", value
    for key, what in _OF_CLUSTER.items():
        if value := lab.cluster.get(key):
            yield what, value
