"""The rubric: what each sentence is worth, what it needs and how to help when it is not met."""

import hashlib
import json
import re
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import Field

from labproof import settings
from labproof.errors import ConfigError
from labproof.places import course_dir

Points = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]


class Criterion(settings.Settings):
    """One entry of `exercise.toml`. Points are for each machine; `wait` is in seconds.

    `grades` names the conditions that are lost with it: what rests on one of them is blocked by this criterion.
    """

    id: str
    then: str
    points: Points
    machines: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()
    wait: float = Field(default=0.0, ge=0, le=600)
    why: str
    hints: tuple[str, str]
    try_this: str = Field(alias="try")
    absent_in: dict[str, str] = Field(default_factory=dict)


class SlipEntry(settings.Settings):
    """A known mistake: the symptom that gives it away, in which criteria's evidence, and the way out."""

    id: str
    criteria: tuple[str, ...]
    symptom: str
    says: str
    try_this: str = Field(alias="try")


class Exercise(settings.Settings):
    """One section of the handout."""

    id: str
    order: int = Field(ge=0, le=1000)
    feature: str
    handout: str
    title: dict[str, str]
    needs: tuple[str, ...] = ()
    gates: tuple[str, ...] = ()
    only_with: str = ""
    criterion: tuple[Criterion, ...]
    slip: tuple[SlipEntry, ...] = ()


class Overrides(settings.Settings):
    """An instructor's own weights; `total` is what they add up to."""

    total: float = 100
    points: dict[str, Points]


@dataclass(frozen=True)
class Entry:
    """One criterion on one machine, as it is graded."""

    id: str
    section: str
    text: str
    points: Fraction
    machine: str
    needs: tuple[str, ...]
    source: Criterion

    @property
    def grades(self) -> tuple[str, ...]:
        """Return the conditions that are graded here."""
        return tuple(name.replace("{machine}", self.machine) for name in self.source.grades)


@dataclass(frozen=True)
class Rubric:
    """Everything that can be earned, in the order of the handout."""

    exercises: tuple[Exercise, ...]
    entries: dict[str, Entry] = field(repr=False)
    digest: str
    left_out: frozenset[str] = frozenset()
    """The features of sections that were not asked for."""

    def by_text(self, section: str, text: str) -> Entry | None:
        """Return the entry whose sentence this is."""
        return next((e for e in self.entries.values() if e.section == section and e.text == text), None)

    @cached_property
    def graders(self) -> dict[str, tuple[str, ...]]:
        """Return the criteria that grade each condition, in the order of the course."""
        names = dict.fromkeys(name for entry in self.entries.values() for name in entry.grades)
        return {name: tuple(e.id for e in self.entries.values() if name in e.grades) for name in names}

    def exercise(self, section: str) -> Exercise:
        """Return a section by its id."""
        return next(e for e in self.exercises if e.id == section)

    def needed_by(self, section: str) -> tuple[str, ...]:
        """Return every section that must hold for this one, nearest last."""
        found: list[str] = []
        for need in self.exercise(section).needs:
            found += [n for n in (*self.needed_by(need), need) if n not in found]
        return tuple(found)

    def dependents_of(self, section: str) -> tuple[str, ...]:
        """Return every section that builds on this one, in order."""
        return tuple(e.id for e in self.exercises if section in self.needed_by(e.id))


def load(folder: Path | None = None, overrides: Path | None = None, wishes: frozenset[str] = frozenset()) -> Rubric:
    """Read every `exercise.toml`. Raises ConfigError with all problems of all files at once.

    A section with `only_with` is left out unless `wishes` holds that word.
    """
    root = folder or course_dir() / "exercises"
    exercises, problems = _read_all(root)
    if overrides is not None and not problems:
        own = settings.load(overrides, Overrides)
        problems += _unknown(overrides, own, exercises)
        exercises = [_weighted(e, own.points) for e in exercises]
        expected = own.total
    else:
        expected = 100.0
    if not problems:
        problems += _inconsistencies(root, exercises)
        total = sum(e.points for x in exercises for e in entries_of(x).values())
        if float(total) != expected:
            source = overrides or root
            problems.append(f"{source}: the points add up to {float(total):g}, expected {expected:g}; correct a weight")
    if problems:
        raise ConfigError(problems)
    wanted = tuple(x for x in exercises if not x.only_with or x.only_with in wishes)
    entries = {e.id: e for x in wanted for e in entries_of(x).values()}
    left_out = frozenset(x.feature for x in exercises if x not in wanted)
    return Rubric(wanted, _resolved(entries), _digest(exercises), left_out)


def entries_of(exercise: Exercise) -> dict[str, Entry]:
    """Return the section's criteria, one for each machine that they concern."""
    found: dict[str, Entry] = {}
    for c in exercise.criterion:
        for machine in c.machines or ("",):
            id_ = f"{c.id}@{machine}" if machine else c.id
            text = c.then.replace("{machine}", machine)
            points = Fraction(c.points).limit_denominator(100)
            needs = tuple(n for n in (*exercise.gates, *c.needs) if n != c.id)
            found[id_] = Entry(id_, exercise.id, text, points, machine, needs, c)
    return found


def _read_all(root: Path) -> tuple[list[Exercise], list[str]]:
    exercises, problems = [], []
    paths = sorted(root.glob("*/exercise.toml"))
    if not paths:
        problems.append(f"{root}: no section has an exercise.toml; is this a Labproof checkout?")
    for path in paths:
        try:
            exercises.append(settings.load(path, Exercise))
        except ConfigError as problem:
            problems += problem.problems
    return sorted(exercises, key=lambda e: e.order), problems


def _resolved(entries: dict[str, Entry]) -> dict[str, Entry]:
    """Spell out each need: the same machine's entry where there is one, otherwise all of them."""
    resolved = {}
    for entry in entries.values():
        needs: list[str] = []
        for need in entry.needs:
            same = f"{need}@{entry.machine}"
            every = [e for e in entries if e.split("@")[0] == need or e == need]
            needs += [same] if same in entries else every
        resolved[entry.id] = Entry(
            entry.id, entry.section, entry.text, entry.points, entry.machine, tuple(needs), entry.source
        )
    return resolved


def _inconsistencies(root: Path, exercises: list[Exercise]) -> list[str]:
    problems: list[str] = []
    ids = [c.id for e in exercises for c in e.criterion]
    instances = {i for e in exercises for i in entries_of(e)}
    earlier: set[str] = set()
    for e in exercises:
        path = root / f"*/{e.id}"
        problems += _unknown_needs(path, e, {x.id for x in exercises}, earlier)
        earlier.add(e.id)
        for c in e.criterion:
            if ids.count(c.id) > 1:
                problems.append(f"{path}: criterion {c.id}: this id stands twice; give each its own")
            if bool(c.machines) != ("{machine}" in c.then):
                problems.append(f"{path}: criterion {c.id}: `machines` and {{machine}} in `then` go together")
            for need in (*e.gates, *c.needs):
                if need not in ids and need not in instances:
                    problems.append(f"{path}: criterion {c.id}: needs {need!r}, which no section has")
        problems += [p for slip in e.slip for p in _slip_problems(path, slip, ids)]
    return problems


def _unknown_needs(path: Path, exercise: Exercise, sections: set[str], earlier: set[str]) -> list[str]:
    problems = [f"{path}: needs: no section {n!r}; correct it" for n in exercise.needs if n not in sections]
    late = [n for n in exercise.needs if n in sections - earlier]
    return problems + [f"{path}: needs: {n!r} does not come before it; correct it or its `order`" for n in late]


def _slip_problems(path: Path, slip: SlipEntry, ids: list[str]) -> list[str]:
    problems = [f"{path}: slip {slip.id}: no criterion {c!r}" for c in slip.criteria if c not in ids]
    try:
        re.compile(slip.symptom)
    except (re.error, OverflowError, RecursionError) as problem:
        problems.append(f"{path}: slip {slip.id}: symptom: not a regular expression ({problem}); correct it")
    return problems


def _unknown(path: Path, own: Overrides, exercises: list[Exercise]) -> list[str]:
    ids = {c.id for e in exercises for c in e.criterion}
    return [f"{path}: points.{key}: no such criterion; correct the id" for key in own.points if key not in ids]


def _weighted(exercise: Exercise, points: dict[str, float]) -> Exercise:
    criteria = tuple(c.model_copy(update={"points": points.get(c.id, c.points)}) for c in exercise.criterion)
    return exercise.model_copy(update={"criterion": criteria})


def _digest(exercises: list[Exercise]) -> str:
    text = json.dumps([e.model_dump(mode="json") for e in exercises], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
