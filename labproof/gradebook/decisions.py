"""`decisions.toml`: what an instructor has decided beside the evidence, all of it checked before any of it counts."""

import datetime
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

from labproof.gradebook import decision_entry
from labproof.gradebook.decision import Decision
from labproof.ground.errors import ConfigError
from labproof.ground.plain_file import open_plain
from labproof.ground.shape import shown
from labproof.records.ruling import Kind

NAME = "decisions.toml"
LIMIT = 4 * 1024 * 1024
"""Bytes of such a file that are read."""
MOST = 20_000
"""Decisions that a file may hold: one of everything for each student of a large class."""
_MOST_PROBLEMS = 200
_UNKNOWN = {"reason": "", "author": "", "date": datetime.date.min}


@dataclass(frozen=True)
class Decisions:
    """All decisions of a class; `today` is the day for which they are asked."""

    all: tuple[Decision, ...] = ()
    today: datetime.date = datetime.date.min

    @property
    def in_force(self) -> tuple[Decision, ...]:
        """Return those that count today."""
        return tuple(d for d in self.all if d.is_in_force(self.today))

    def about(self, student: str) -> tuple[Decision, ...]:
        """Return those that concern a student, in the order of the file: the own ones and those for all."""
        return tuple(self.all[place] for place in sorted(self._places[student] + self._places[""]))

    @cached_property
    def _places(self) -> defaultdict[str, list[int]]:
        places: defaultdict[str, list[int]] = defaultdict(list)
        for place, decision in enumerate(self.all):
            places[decision.student].append(place)
        return places


NOTHING = Decisions()


def load(
    folder: Path, students: Iterable[str], worth: Mapping[str, Fraction], today: datetime.date | None = None
) -> Decisions:
    """Read the decisions of a class's folder; without a file there are none.

    `worth` are the points of every criterion, empty where nothing is known of them yet. Raises ConfigError with each
    problem of the file: its entry, its key and the fix.
    """
    decisions, malformed, problems = _read(folder, today)
    known = (*decisions.in_force, *malformed)
    problems += decision_entry.misfits(known, frozenset(students), worth, decisions.today)
    problems += _twice(decisions)
    if problems:
        left = len(problems) - _MOST_PROBLEMS
        told = [f"{folder / NAME}: {problem}" for problem in problems[:_MOST_PROBLEMS]]
        raise ConfigError(told + ([f"{folder / NAME}: and {left} problems more"] if left > 0 else []))
    return decisions


def whole(folder: Path, today: datetime.date | None = None) -> Decisions:
    """Return the decisions that are well formed; whether they fit the class, `load` says once that is known."""
    return _read(folder, today)[0]


def _read(folder: Path, today: datetime.date | None) -> tuple[Decisions, list[Decision], list[str]]:
    """Return the decisions that are whole, what is known of the others, and what is wrong with those."""
    path, today = folder / NAME, today or datetime.date.today()
    try:
        with open_plain(path, LIMIT, "name a file of decisions") as file:
            found, malformed, problems = _entries(_tables(file.read(LIMIT + 1), path))
    except FileNotFoundError:
        return Decisions(today=today), [], []
    return Decisions(tuple(found), today), malformed, problems


def _tables(data: bytes, path: Path) -> dict[str, Any]:
    example = f"such a file has tables {', '.join(f'[[{kind}]]' for kind in Kind)}"
    try:
        # Notepad begins a file with a byte order mark.
        return tomllib.loads(data.decode("utf-8-sig").replace("\r\n", "\n"))
    except (ValueError, RecursionError) as problem:
        raise ConfigError([f"{path}: {problem}; correct the line that is named; {example}"]) from None


def _entries(tables: Mapping[str, Any]) -> tuple[list[Decision], list[Decision], list[str]]:
    found: list[Decision] = []
    malformed: list[Decision] = []
    problems: list[str] = []
    for name, entries in tables.items():
        if name not in set(Kind):
            problems.append(f"{name}: unknown table; there are {', '.join(f'[[{kind}]]' for kind in Kind)}")
        elif not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            problems.append(f"{name}: expected tables, found {shown(entries)}; begin each entry with [[{name}]]")
        else:
            for number, entry in enumerate(entries[: MOST + 1], 1):
                values, wrong = decision_entry.read(Kind(name), entry)
                problems += [f"{name} {number}: {problem}" for problem in wrong]
                decision = Decision(Kind(name), f"{name} {number}", **{**_UNKNOWN, **values})
                (malformed if wrong else found).append(decision)
    if len(found) > MOST:
        problems.append(f"more than {MOST} decisions; leave out those that have expired")
    return found, malformed, problems


def _twice(decisions: Decisions) -> list[str]:
    """Return where two decisions that count today are about one thing: nobody could say which one is meant."""
    first: dict[tuple[str, str], Decision] = {}
    problems = []
    # What is dropped for all is dropped for each.
    for decision in sorted(decisions.in_force, key=lambda d: d.kind is not Kind.DROP):
        base, at, _ = decision.criterion.partition("@")
        asked = (decision.criterion, base if at else f"{base}@")
        # A penalty of one's own takes the place of the rule for all; nothing is contradicted by that.
        whose = {decision.student, ""} if base else {decision.student}
        others = (first.get((who, what)) for who in whose for what in asked)
        if other := next(filter(None, others), None):
            about = decision.criterion or "the penalty"
            who = decision.student or "all"
            problems.append(
                f"{decision.place}: {about} is decided for {who} in {other.place}, too; keep one, or let one expire"
            )
        first.setdefault((decision.student, decision.criterion), decision)
        if at:
            first.setdefault((decision.student, f"{base}@"), decision)
    return problems
