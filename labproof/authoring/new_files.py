"""Writing the files that a course author then fills in."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from labproof.authoring import templates
from labproof.ground.errors import ConfigError

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_FOLDER = re.compile(r"(\d+)-(.+)")
_HANDOUT = "handout.toml"


@dataclass(frozen=True)
class CourseFolder:
    """The folders of a course: exercises, features and steps lie in `root`; `machine` is its first machine's name."""

    root: Path
    machine: str

    @property
    def sections(self) -> dict[str, Path]:
        """Return the folder of every section by its name."""
        folders = sorted(p for p in (self.root / "exercises").iterdir() if p.is_dir())
        return {match[2]: folder for folder in folders if (match := _FOLDER.fullmatch(folder.name))}


def new_section(place: CourseFolder, name: str, title: str = "") -> list[Path]:
    """Write a section's exercise, feature, steps and first mistake, and return what was written.

    Raises ConfigError for a name that cannot be one or is taken.
    """
    _require_name("NAME", name)
    if name in place.sections:
        raise ConfigError([f"NAME: the course has a section {name!r} already: {place.sections[name]}"])
    numbers = [int(folder.name.partition("-")[0]) for folder in place.sections.values()]
    number = f"{max(numbers, default=0) + 1:02}"
    then = f"the work of {name} shows"
    words = {
        "name": name,
        "number": number.lstrip("0"),
        "title": title or name.replace("-", " ").capitalize(),
        "function": _function(name),
        "then": then,
    }
    folder = place.root / "exercises" / f"{number}-{name}"
    steps = place.root / "steps" / f"{_function(name)}.py"
    criterion = templates.CRITERION.substitute(id=f"{name}.first", then=then)
    step = templates.STEP.substitute(function=_function(f"{name}-first"), then=then)
    files = {
        folder / "exercise.toml": templates.EXERCISE.substitute(words) + criterion,
        folder / "README.md": templates.README.substitute(words),
        folder / "mistakes" / "first.toml": _mistake(place, f"{name}.first", f"{name}.first"),
        place.root / "features" / f"{number}_{name}.feature": templates.FEATURE.substitute(words),
        steps: templates.STEPS.substitute(words) + step,
    }
    if any(place.root.glob(f"exercises/*/{_HANDOUT}")):
        files[folder / _HANDOUT] = templates.HANDOUT.substitute() + templates.INSTRUCTION.substitute(id=f"{name}.first")
    return _written(files)


def new_criterion(place: CourseFolder, id_: str, then: str) -> list[Path]:
    """Add a criterion to a section: its entry, its sentence, its step and a mistake; return what was written.

    Raises ConfigError for an id that names no section or is taken, and for a sentence that cannot be one.
    """
    section, _, short = id_.partition(".")
    _require_name("ID", short)
    if section not in place.sections:
        raise ConfigError([f"ID: no section {section!r}; there are: {', '.join(place.sections)}"])
    if not then.strip() or set(then) & set("\n\"'{}"):
        raise ConfigError(["SENTENCE: one line without quotation marks and braces, such as: the page is served"])
    folder = place.sections[section]
    exercise = folder / "exercise.toml"
    if f'"{id_}"' in exercise.read_text(encoding="utf-8"):
        raise ConfigError([f"ID: {exercise} has a criterion {id_!r} already"])
    feature = place.root / "features" / f"{folder.name.replace('-', '_', 1)}.feature"
    steps = place.root / "steps" / f"{_function(section)}.py"
    begin = "" if steps.exists() else f'"""Sentences about {section}."""\n\n{templates.STEP_IMPORTS}'
    files = {
        exercise: _read(exercise) + templates.CRITERION.substitute(id=id_, then=then),
        feature: f"{_read(feature).rstrip()}\n    And {then}\n",
        steps: _read(steps) + begin + templates.STEP.substitute(function=_function(f"{section}-{short}"), then=then),
        folder / "mistakes" / f"{short}.toml": _mistake(place, id_, id_),
    }
    handout = folder / _HANDOUT
    if handout.exists():
        files[handout] = _read(handout) + templates.INSTRUCTION.substitute(id=id_)
    return _written(files, replace=True)


def _mistake(place: CourseFolder, id_: str, criterion: str) -> str:
    return templates.MISTAKE.substitute(id=id_, criterion=criterion, machine=place.machine)


def _function(name: str) -> str:
    return name.replace("-", "_")


def _require_name(what: str, name: str) -> None:
    if not _NAME.fullmatch(name):
        example = json.dumps("web-server")
        raise ConfigError([f"{what}: {name!r} is no name; use small letters, digits and dashes, such as {example}"])


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _written(files: dict[Path, str], replace: bool = False) -> list[Path]:
    taken = [str(path) for path in files if path.exists() and not replace]
    if taken:
        raise ConfigError([f"{path}: is there already; nothing was written" for path in taken])
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(files)
