"""The floor plan: which room may import which. Arrows go down, never up, sideways or in a circle."""

import ast
from pathlib import Path

import pytest

from labproof.ground.places import engine_dir

ROOT = engine_dir()
FLOORS = (
    {"ground"},
    {"records", "host"},
    {"connection", "showing", "rehearsal"},
    {"lab", "providers"},
    {"grading", "authoring"},
    {"session", "gradebook", "teaching"},
    {"proving", "classes"},
    {"handins"},
    {"commands"},
    {"cli", "plugin"},
    {"__main__"},
)
"""From the bottom to the top: the rooms of `labproof/`, and its entry points."""

HEIGHT = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
COURSE = {"ground", "records", "connection", "lab", "grading", "session"}
"""What the course's own code may import of the engine."""


def room(module: str) -> str:
    """Return the room of a module of the engine."""
    return module.split(".")[1] if "." in module else ""


def modules_imported(path: Path, package: str) -> set[str]:
    """Return every module of a package that a file imports, wherever in it; a package's name stands for its parts."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.split(".")[0] == package}


def arrows() -> dict[tuple[str, str], list[str]]:
    """Return the arrows between rooms of the engine, each with the imports that make it."""
    found: dict[tuple[str, str], list[str]] = {}
    for path in sorted((ROOT / "labproof").rglob("*.py")):
        inside = path.relative_to(ROOT / "labproof").with_suffix("").parts
        for module in modules_imported(path, "labproof"):
            if inside[0] != room(module):
                found.setdefault((inside[0], room(module)), []).append(f"{'.'.join(inside)} -> {module}")
    return found


def test_every_room_has_its_floor() -> None:
    """Nothing lies loose in the engine but its entry points, and no room is left that the plan does not show."""
    there = {p.stem for p in (ROOT / "labproof").iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()}
    assert there - {"__init__"} == set(HEIGHT)


def test_arrows_go_down() -> None:
    """No room imports one of its own floor or above: that also keeps them from going in a circle."""
    wrong = [
        f"{one} -> {other}: {', '.join(imports)}"
        for (one, other), imports in sorted(arrows().items())
        if other and HEIGHT[other] >= HEIGHT[one]
    ]
    assert wrong == []


def test_no_modules_go_in_a_circle() -> None:
    """Within a room, too, no module imports another one that imports it in turn, by whatever way."""
    files = {
        ".".join(p.relative_to(ROOT).with_suffix("").parts): p
        for folder in ("labproof", "steps")
        for p in (ROOT / folder).rglob("*.py")
    }
    below: dict[str, set[str]] = {}
    for name, path in files.items():
        names = modules_imported(path, "labproof") | modules_imported(path, "steps")
        below[name] = {n if n in files else n.rpartition(".")[0] for n in names} & files.keys() - {name}
    for name in below:
        reached, left = set(), [name]
        while left:
            new = below[left.pop()] - reached
            reached |= new
            left += new
        assert name not in reached, f"{name} comes back to itself through {sorted(below[name] & reached)}"


@pytest.mark.parametrize("package", ["steps", "standins", "features", "tests"])
def test_engine_knows_no_course(package: str) -> None:
    """The engine imports nothing of the course, of the stand-ins or of the tests."""
    engine = sorted((ROOT / "labproof").rglob("*.py"))
    assert [str(p.relative_to(ROOT)) for p in engine if modules_imported(p, package)] == []


def test_course_uses_the_doors_that_are_meant_for_it() -> None:
    """The course's code imports the rooms that are there for it, and none that runs a session or makes machines."""
    wrong = {
        f"{path.relative_to(ROOT)} -> {module}"
        for path in sorted((ROOT / "steps").rglob("*.py"))
        for module in modules_imported(path, "labproof")
        if room(module) not in COURSE
    }
    assert wrong == set()


def test_stand_ins_stand_alone() -> None:
    """The stand-ins run in images of their own, where there is no engine."""
    programs = sorted((ROOT / "standins").rglob("*.py"))
    assert [str(p.relative_to(ROOT)) for p in programs if modules_imported(p, "labproof")] == []
