"""Courses made up for one test: sections with criteria, and the features that say them."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labproof.ground.places import course_dir


def criterion(id: str, points: float, then: str = "", **more: Any) -> dict[str, Any]:
    """Return a criterion whose sentence, unless given, is made from its id."""
    then = then or (f'on "{{machine}}" {id} holds' if more.get("machines") else f"{id} holds")
    helping = {"why": "because", "hints": ["an idea", "a command"], "try": "try it"}
    return {"id": id, "then": then, "points": points, **helping, **more}


@dataclass
class Section:
    """One section to be written; `scenarios` are the sentences of its feature, by default all of its Thens."""

    id: str
    order: int
    criteria: list[dict[str, Any]]
    needs: tuple[str, ...] = ()
    gates: tuple[str, ...] = ()
    slips: tuple[dict[str, Any], ...] = ()
    more: str = ""
    feature: str | None = None

    @property
    def name(self) -> str:
        return f"{self.order:02}_{self.id}.feature"


def write(root: Path, *sections: Section) -> Path:
    """Write the sections under `exercises`, and under `features` what they say."""
    for section in sections:
        folder = root / "exercises" / f"{section.order:02}-{section.id}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "exercise.toml").write_text(_toml(section), encoding="utf-8")
        features = root / "features"
        features.mkdir(exist_ok=True)
        text = _feature(section) if section.feature is None else section.feature
        (features / section.name).write_text(text, encoding="utf-8")
    return root / "exercises"


def write_whole(root: Path, *sections: Section) -> Path:
    """Write the sections, and beside them the course's own facts; return the root of it all."""
    write(root, *sections)
    shutil.copy(course_dir() / "exercises" / "course.toml", root / "exercises")
    return root


def sentences(section: Section) -> list[str]:
    """Return every Then of a section, one for each machine that it concerns."""
    return [c["then"].replace("{machine}", m) for c in section.criteria for m in c.get("machines", [""])]


def _toml(section: Section) -> str:
    lines = [
        f"id = {json.dumps(section.id)}",
        f"order = {section.order}",
        f"feature = {json.dumps(section.name)}",
        f'handout = "{section.order}"',
        f"needs = {json.dumps(list(section.needs))}",
        f"gates = {json.dumps(list(section.gates))}",
        section.more,
        "[title]",
        f'en = "Section {section.id}"',
    ]
    for kind, tables in (("criterion", section.criteria), ("slip", section.slips)):
        for table in tables:
            lines.append(f"[[{kind}]]")
            lines += [f"{key} = {json.dumps(value)}" for key, value in table.items()]
    return "\n".join(lines) + "\n"


def _feature(section: Section) -> str:
    steps = "\n".join(f"    Then {text}" for text in sentences(section))
    return f"Feature: {section.id}\n  Scenario: {section.id} is done\n    When {section.id} is worked on\n{steps}\n"
