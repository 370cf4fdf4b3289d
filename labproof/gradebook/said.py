"""The instructor's word and the attempts, as the class's page tells them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from labproof.gradebook.book import Book, Graded
from labproof.gradebook.class_file import Grading
from labproof.records.ruling import Ruling


@dataclass(frozen=True)
class Said:
    """One decision: its rulings, each with its student. The first stands for what is the same in all of them."""

    rulings: tuple[tuple[Graded, Ruling], ...]

    @property
    def ruling(self) -> Ruling:
        """Return the ruling that stands for all of them."""
        return self.rulings[0][1]

    @property
    def is_idle(self) -> bool:
        """Tell whether the decision has no effect on anybody."""
        return all(ruling.idle for _, ruling in self.rulings)

    @property
    def effects(self) -> tuple[tuple[Graded, Ruling], ...]:
        """Return the rulings that have an effect; those of a decision without any, all."""
        return tuple(pair for pair in self.rulings if not pair[1].idle) or self.rulings

    @property
    def criteria(self) -> tuple[str, ...]:
        """Return the criteria that it is about, each once."""
        return tuple(dict.fromkeys(ruling.criterion for _, ruling in self.effects if ruling.criterion))

    @property
    def students(self) -> tuple[Graded, ...]:
        """Return the students whom it bears on, each once."""
        return tuple({id(graded): graded for graded, _ in self.effects}.values())


@dataclass(frozen=True)
class Tries:
    """How many students made how many attempts, and whose gradings were none, each with those."""

    by_count: list[tuple[int, int]]
    ours: list[tuple[Graded, list[Grading]]]


def tries(book: Book) -> Tries:
    """Return the attempts of the class."""
    counts = Counter(graded.student.attempts for graded in book.students)
    none = ((graded, [one for one in graded.student.history if not one.is_attempt]) for graded in book.students)
    return Tries(sorted(counts.items()), [(graded, gradings) for graded, gradings in none if gradings])


def words(book: Book) -> list[Said]:
    """Return every decision in the order of the file; one that bears on nobody is told of by `idle`."""
    by_place: dict[str, list[tuple[Graded, Ruling]]] = {decision.place: [] for decision in book.decisions.all}
    for graded in book.students:
        for ruling in graded.rulings:
            by_place.setdefault(ruling.place, []).append((graded, ruling))
    return [Said(tuple(pairs)) for pairs in by_place.values() if pairs]


def unheard(book: Book, said: Iterable[Said]) -> list[str]:
    """Return the entries that bear on nobody, such as a rule for late work where nobody is late."""
    told = {one.ruling.place for one in said}
    return [decision.place for decision in book.decisions.all if decision.place not in told]
