"""The catalogue of mistakes: `exercises/<section>/mistakes/*.toml`, each one thing that a student did wrong."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import zip_longest
from pathlib import Path
from typing import Literal

from pydantic import Field

from labproof.grading.rubric import Rubric
from labproof.ground import settings
from labproof.ground.errors import ConfigError
from labproof.ground.places import course_dir
from labproof.host import table

COMBINED = "combined"
Commands = dict[str, tuple[str, ...]]


class Mistake(settings.Settings):
    """A mistake, how it is made and undone, and what it must cost.

    `costs` are the criteria that turn red; `follows` are patterns of those that may suffer with them without
    being blocked by them. `hint` is a slip's id, or words that the red criterion must show. `settle` and
    `recover` are seconds: until the mistake shows, and until all is green again after it was undone.
    """

    id: str
    what: str = Field(min_length=10)
    costs: tuple[str, ...] = Field(min_length=1)
    follows: tuple[str, ...] = ()
    hint: str = Field(min_length=3)
    kind: Literal["in-place", "reset"] = "in-place"
    settle: float = Field(default=0.0, ge=0, le=300)
    recover: float = Field(default=0.0, ge=0, le=600)
    make: Commands = Field(min_length=1)
    undo: Commands = Field(default_factory=dict)

    @property
    def section(self) -> str:
        """Return the section that the mistake belongs to."""
        return self.id.partition(".")[0]

    @property
    def parts(self) -> tuple["Mistake", ...]:
        """Return the single mistakes that it consists of, in the order in which they are made."""
        return (self,)

    def may_touch(self, criterion: str) -> bool:
        """Tell whether a criterion is among those that may suffer with the ones that it costs."""
        return any(fnmatchcase(criterion, pattern) for pattern in self.follows)


def load(rubric: Rubric, root: Path | None = None) -> tuple[Mistake, ...]:
    """Read the whole catalogue, in the order of the course. Raises ConfigError with all problems at once."""
    root = root or course_dir() / "exercises"
    found: list[Mistake] = []
    problems: list[str] = []
    for path in sorted(root.glob("*/mistakes/*.toml")):
        try:
            mistake = settings.load(path, Mistake)
        except ConfigError as problem:
            problems += problem.problems
            continue
        problems += [f"{path}: {text}" for text in _problems(mistake, path, rubric)]
        found.append(mistake)
    if problems:
        raise ConfigError(problems)
    return tuple(found)


@dataclass(frozen=True)
class Combination:
    """Two mistakes at once: it costs what both cost, where what one costs may be blocked by the other."""

    what: str
    parts: tuple[Mistake, ...]

    @property
    def id(self) -> str:
        """Return the ids of its parts, joined by a plus."""
        return "+".join(part.id for part in self.parts)

    @property
    def section(self) -> str:
        """Return what stands for a section where mistakes are chosen."""
        return COMBINED

    @property
    def costs(self) -> tuple[str, ...]:
        """Return the criteria that one of its parts costs."""
        return tuple(dict.fromkeys(cost for part in self.parts for cost in part.costs))

    @property
    def hint(self) -> str:
        """Return the hints of its parts; each shows where its part does."""
        return " and ".join(part.hint for part in self.parts)

    @property
    def kind(self) -> Literal["in-place", "reset"]:
        """Return how it is undone: as the part that is hardest to undo."""
        return "reset" if any(part.kind == "reset" for part in self.parts) else "in-place"

    @property
    def settle(self) -> float:
        """Return the seconds until it shows."""
        return max(part.settle for part in self.parts)

    @property
    def recover(self) -> float:
        """Return the seconds until all is green again after it was undone."""
        return max(part.recover for part in self.parts)

    def may_touch(self, criterion: str) -> bool:
        """Tell whether a criterion may suffer with those that one of its parts costs."""
        return any(part.may_touch(criterion) for part in self.parts)


Trial = Mistake | Combination
"""What is tried on the finished lab, graded and undone."""


class _Pair(settings.Settings):
    of: tuple[str, str]
    what: str = Field(min_length=10)


class _Pairs(settings.Settings):
    pair: tuple[_Pair, ...] = ()


def combinations(mistakes: tuple[Mistake, ...], root: Path | None = None) -> tuple[Combination, ...]:
    """Read `exercises/combinations.toml`; none where there is no such file. Raises ConfigError for unknown mistakes."""
    path = (root or course_dir() / "exercises") / "combinations.toml"
    if not path.is_file():
        return ()
    pairs = settings.load(path, _Pairs).pair
    known = {mistake.id: mistake for mistake in mistakes}
    problems = [f"{path}: of: no mistake {id_!r}; correct the id" for p in pairs for id_ in p.of if id_ not in known]
    sets = [frozenset(pair.of) for pair in pairs]
    for pair in pairs:
        if len(set(pair.of)) < 2 or sets.count(frozenset(pair.of)) > 1:
            problems.append(f"{path}: of: {' and '.join(pair.of)}: expected two mistakes that are no pair yet")
    if problems:
        raise ConfigError(list(dict.fromkeys(problems)))
    return tuple(Combination(pair.what, tuple(known[id_] for id_ in pair.of)) for pair in pairs)


def everything(rubric: Rubric, root: Path | None = None) -> tuple[Trial, ...]:
    """Return all that is tried: the mistakes, and then their combinations. Raises ConfigError as they do."""
    mistakes = load(rubric, root)
    return (*mistakes, *combinations(mistakes, root))


def uncovered(mistakes: Iterable[Trial], rubric: Rubric) -> tuple[str, ...]:
    """Return the criteria that no mistake would turn red."""
    covered = {cost for mistake in mistakes for cost in mistake.costs}
    return tuple(id_ for id_ in rubric.entries if id_ not in covered)


def in_order(mistakes: Iterable[Trial]) -> tuple[Trial, ...]:
    """Return the mistakes as they are best tried: from all sections by turns, the slow ones late, resets last.

    Combinations come after all single mistakes.

    Neighbours then rarely cost the same, so that grading one also shows that the one before was undone.
    """
    groups: dict[tuple[bool, bool, bool], dict[str, list[Trial]]] = {}
    for mistake in mistakes:
        weight = (mistake.section == COMBINED, mistake.kind == "reset", mistake.recover > 0)
        groups.setdefault(weight, {}).setdefault(mistake.section, []).append(mistake)
    ordered: list[Trial] = []
    for weight in sorted(groups):
        for turn in zip_longest(*groups[weight].values()):
            ordered += [mistake for mistake in turn if mistake is not None]
    return tuple(ordered)


def choose(
    mistakes: tuple[Trial, ...], sections: tuple[str, ...] = (), ids: tuple[str, ...] = (), is_quick: bool = False
) -> tuple[Trial, ...]:
    """Return the mistakes that were asked for; quick is the first of each section that is undone at once.

    The section "combined" is that of the combinations. Raises ConfigError for a section or a mistake that the
    catalogue does not have.
    """
    unknown = [f"--mistake: no mistake {i!r} in the catalogue" for i in ids if i not in {m.id for m in mistakes}]
    known = {m.section for m in mistakes}
    unknown += [
        f"--section: no mistakes for {s!r}; there are: {', '.join(sorted(known))}" for s in sections if s not in known
    ]
    if unknown:
        raise ConfigError(unknown)
    wanted = tuple(m for m in mistakes if (not sections or m.section in sections) and (not ids or m.id in ids))
    if not is_quick:
        return wanted
    firsts: dict[str, Trial] = {}
    for mistake in wanted:
        if mistake.kind == "in-place" and not (mistake.settle or mistake.recover):
            firsts.setdefault(mistake.section, mistake)
    return tuple(firsts.values())


def _problems(mistake: Mistake, path: Path, rubric: Rubric) -> list[str]:
    slips = {slip.id for exercise in rubric.exercises for slip in exercise.slip}
    machines = table.load().names
    wanted = f"{path.parent.parent.name.split('-', 1)[-1]}.{path.stem}"
    found = [f"id: found {mistake.id!r}, expected {wanted!r} by the file's place"] if mistake.id != wanted else []
    found += [f"costs: no criterion {c!r}; correct the id" for c in mistake.costs if c not in rubric.entries]
    for pattern in mistake.follows:
        if not any(fnmatchcase(id_, pattern) for id_ in rubric.entries):
            found.append(f"follows: {pattern!r} is no criterion; correct it")
    first, dot, _ = mistake.hint.partition(".")
    if dot and first in {e.id for e in rubric.exercises} and mistake.hint not in slips:
        found.append(f"hint: no slip {mistake.hint!r}; correct the id, or write words that must show")
    for name in ("make", "undo"):
        found += [
            f"{name}: no machine {machine!r}; there are: {', '.join(machines)}"
            for machine in getattr(mistake, name)
            if machine not in machines
        ]
    if bool(mistake.undo) == (mistake.kind == "reset"):
        found.append("undo: needed for an in-place mistake, and only there")
    return found
