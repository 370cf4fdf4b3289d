"""The rubric: what each sentence is worth, what it needs and how to help when it is not met."""

import hashlib
import json
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from pathlib import Path

from labproof.grading import rubric_check, weights
from labproof.grading.exercise import Criterion, Exercise, Placed, SlipEntry
from labproof.grading.weights import COURSE_TOTAL, Weighed
from labproof.ground import settings
from labproof.ground.errors import ConfigError
from labproof.ground.places import course_dir


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
    optional: dict[str, str] = field(default_factory=dict)
    """The option that asks for each of those sections, by the section's id."""
    files: dict[str, Path] = field(default_factory=dict, repr=False)
    """Where each section was read from."""

    def by_text(self, section: str, text: str) -> Entry | None:
        """Return the entry whose sentence this is."""
        return next((e for e in self.entries.values() if e.section == section and e.text == text), None)

    @cached_property
    def graders(self) -> dict[str, tuple[str, ...]]:
        """Return the criteria that grade each condition, in the order of the course."""
        names = dict.fromkeys(name for entry in self.entries.values() for name in entry.grades)
        return {name: tuple(e.id for e in self.entries.values() if name in e.grades) for name in names}

    @cached_property
    def slips(self) -> tuple[SlipEntry, ...]:
        """Return the known mistakes of all sections, in the order of the course."""
        return tuple(slip for exercise in self.exercises for slip in exercise.slip)

    def prepare(self) -> None:
        """Work out ahead what is worked out once: whoever is forked from this process shares it."""
        self.graders, self.slips  # noqa: B018

    def exercise(self, section: str) -> Exercise:
        """Return a section by its id."""
        return next(e for e in self.exercises if e.id == section)

    def file(self, section: str) -> Path:
        """Return the file that a section was read from."""
        return self.files.get(section, Path(section) / "exercise.toml")

    def needed_by(self, section: str) -> tuple[str, ...]:
        """Return every section that must hold for this one, nearest last."""
        found: list[str] = []
        for need in self.exercise(section).needs:
            found += [n for n in (*self.needed_by(need), need) if n not in found]
        return tuple(found)

    def dependents_of(self, section: str) -> tuple[str, ...]:
        """Return every section that builds on this one, in order."""
        return tuple(e.id for e in self.exercises if section in self.needed_by(e.id))


def load(folder: Path | None = None, overrides: Path | None = None, extras: frozenset[str] = frozenset()) -> Rubric:
    """Read every `exercise.toml`. Raises ConfigError with all problems of all files at once.

    A section with `only_with` is left out unless `extras` holds that word.
    """
    root = folder or course_dir() / "exercises"
    return build(read_all(root), root, overrides, extras)


def build(
    sections: tuple[Placed, ...],
    root: Path,
    overrides: Path | None = None,
    extras: frozenset[str] = frozenset(),
) -> Rubric:
    """Make the rubric of the sections that are wished for. Raises ConfigError when its weights do not fit.

    What the run leaves out counts for nothing: the weights of what it has add up to the total.
    """
    expected = COURSE_TOTAL
    if overrides is not None:
        own = weights.load(overrides, {c.id: c.machines for _, x in sections for c in x.criterion})
        sections = tuple(Placed(path, _weighted(x, own.points)) for path, x in sections)
        expected = own.total
    exercises = tuple(x for _, x in sections)
    wanted = tuple(x for x in exercises if not x.only_with or x.only_with in extras)
    absent = tuple(x for x in exercises if x not in wanted)
    if problem := weights.sum_problem(overrides or root, expected, _weighed(wanted), _weighed(absent)):
        raise ConfigError([problem])
    entries = {e.id: e for x in wanted for e in entries_of(x).values()}
    return Rubric(
        wanted,
        _resolved(entries),
        _digest(exercises),
        frozenset(x.feature for x in absent),
        {x.id: x.only_with for x in absent},
        {x.id: path for path, x in sections},
    )


def read_all(root: Path) -> tuple[Placed, ...]:
    """Read every section in order. Raises ConfigError with everything that is wrong in any of them."""
    problems: list[str] = []
    found: list[Placed] = []
    for folder in sorted(p for p in root.glob("[!._]*") if p.is_dir()):
        path = folder / "exercise.toml"
        if not path.exists():
            problems.append(f"{path}: missing, though its folder is there; write it, or remove the folder")
            continue
        try:
            found.append(Placed(path, _placed(settings.load(path, Exercise), folder.name)))
        except ConfigError as refused:
            problems += refused.problems
    if not found and not problems:
        problems.append(f"{root}: no section has an exercise.toml; is this a Labproof checkout?")
    sections = tuple(sorted(found, key=lambda placed: placed.exercise.order))
    # Beside a section that could not be read, others would seem to need what nobody has.
    problems = problems or rubric_check.problems(sections)
    if problems:
        raise ConfigError(problems)
    return sections


def _placed(exercise: Exercise, folder: str) -> Exercise:
    """Return a section with the number, the id and the feature that its folder's name gives it."""
    number, _, name = folder.partition("-")
    known = {
        "id": exercise.id or name,
        "order": exercise.order if exercise.order >= 0 else int(number) if number.isdecimal() else 0,
        "feature": exercise.feature or f"{number}_{name}.feature",
    }
    return exercise.model_copy(update=known)


def entries_of(exercise: Exercise) -> dict[str, Entry]:
    """Return the section's criteria, one for each machine that they concern."""
    found: dict[str, Entry] = {}
    for c in exercise.criterion:
        for machine in c.machines or ("",):
            id_ = f"{c.id}@{machine}" if machine else c.id
            text = c.then.replace("{machine}", machine)
            points = Fraction(c.points).limit_denominator(100)
            needs = tuple(n for n in (*_gates(exercise, c), *c.needs) if n != c.id)
            found[id_] = Entry(id_, exercise.id, text, points, machine, needs, c)
    return found


def _gates(exercise: Exercise, criterion: Criterion) -> tuple[str, ...]:
    """Return the gates before a criterion; those of one section stand one behind the other."""
    gates = exercise.gates
    return gates[: gates.index(criterion.id)] if criterion.id in gates else gates


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


def _weighed(exercises: tuple[Exercise, ...]) -> list[Weighed]:
    return [
        Weighed(c.id, Fraction(c.points).limit_denominator(100), max(len(c.machines), 1))
        for x in exercises
        for c in x.criterion
    ]


def _weighted(exercise: Exercise, points: dict[str, float]) -> Exercise:
    criteria = tuple(c.model_copy(update={"points": points.get(c.id, c.points)}) for c in exercise.criterion)
    return exercise.model_copy(update={"criterion": criteria})


def _digest(exercises: tuple[Exercise, ...]) -> str:
    text = json.dumps([e.model_dump(mode="json") for e in exercises], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
