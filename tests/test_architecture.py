"""Rules about the code itself: who may import what, and how long things may be."""

import ast
import re
from pathlib import Path

import pytest
from pytest_bdd.feature import get_features

from labproof import cli
from labproof.ground.places import course_dir

ROOT = course_dir()
ENGINE = sorted(p for folder in ("labproof", "steps") for p in (ROOT / folder).rglob("*.py"))
DOORS = {
    "babel": ("labproof/authoring/catalogues.py",),
    "paramiko": ("labproof/connection/ssh.py", "labproof/connection/tunnel.py", "labproof/connection/jump.py"),
    "playwright": ("labproof/connection/chromium.py",),
    "urllib3": ("labproof/connection/http.py",),
    "kubernetes": ("steps/cluster/api.py",),
    "testinfra": ("labproof/lab/machine.py",),
    "vagrant": ("labproof/providers/",),
    "filelock": ("labproof/ground/file_lock.py",),
    "jinja2": ("labproof/showing/report.py",),
    "pytest_bdd": (
        "labproof/session/sentences.py",
        "labproof/session/scenario_items.py",
        "labproof/grading/features.py",
    ),
    "click": ("labproof/cli.py", "labproof/commands/"),
    "openpyxl": ("labproof/classes/workbook.py", "labproof/gradebook/tables.py"),
    "distributed": ("labproof/classes/scheduler.py",),
    "rich": ("labproof/showing/progress.py", "labproof/showing/class_board.py"),
}
FORBIDDEN = {"subprocess", "paramiko", "requests", "urllib3", "socket"}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> set[str]:
    """Return every module that a file imports, wherever in it."""
    nodes = list(ast.walk(tree(path)))
    plain = {alias.name for n in nodes if isinstance(n, ast.Import) for alias in n.names}
    return plain | {n.module for n in nodes if isinstance(n, ast.ImportFrom) and n.module}


def tops(path: Path) -> set[str]:
    return {module.split(".")[0] for module in imports(path)}


@pytest.mark.parametrize("library", DOORS)
def test_each_library_has_one_door(library: str) -> None:
    """A library is imported only where its door is."""
    strays = [name(p) for p in ENGINE if library in tops(p) and not name(p).startswith(DOORS[library])]
    assert strays == []


def test_settings_are_read_in_one_place() -> None:
    """pydantic reads settings in settings.py alone; other modules only declare fields with it."""
    froms = [(name(p), n) for p in ENGINE for n in ast.walk(tree(p)) if isinstance(n, ast.ImportFrom)]
    used = {where: {a.name for a in n.names} for where, n in froms if n.module == "pydantic"}
    assert used.pop("labproof/ground/settings.py")
    assert {where for where, names in used.items() if names != {"Field"}} == set()
    assert [name(p) for p in ENGINE if any(m.startswith("pydantic.") for m in imports(p))] == []


def test_content_reaches_the_lab_through_the_seam() -> None:
    """Probes, actions, expectations and steps open no connection and start no program of their own."""
    content = [p for p in ENGINE if name(p).startswith(("steps/", "labproof/lab/", "labproof/grading/"))]
    # It outlives a grader that died, so it is a process of its own.
    content.remove(ROOT / "steps" / "pods" / "sweeper.py")
    assert {name(p): tops(p) & FORBIDDEN for p in content if tops(p) & FORBIDDEN} == {}


def test_one_place_sleeps() -> None:
    """Only wait.py sleeps."""
    calls = re.compile(r"\btime\.sleep\b|from time import .*\bsleep\b")
    sleepers = [name(p) for p in ENGINE if calls.search(p.read_text(encoding="utf-8"))]
    assert sleepers == ["labproof/ground/wait.py"]


def test_no_shell_is_asked_for() -> None:
    """No program is started through a shell of the host."""
    keywords = [(name(p), k) for p in ENGINE for k in ast.walk(tree(p)) if isinstance(k, ast.keyword)]
    assert [where for where, k in keywords if k.arg == "shell" and getattr(k.value, "value", None) is True] == []


def test_modules_and_functions_are_short() -> None:
    """No module is longer than 400 lines and no function longer than 40."""
    long = [name(p) for p in ENGINE if len(p.read_text(encoding="utf-8").splitlines()) > 400]
    for path in ENGINE:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno + 1 > 40:
                long.append(f"{name(path)}:{node.name}")
    assert long == []


def test_every_scenario_has_a_then() -> None:
    """A scenario that checks nothing proves nothing."""
    features = get_features([str(ROOT / "features")])
    scenarios = [s for f in features for s in f.scenarios.values()]
    assert scenarios
    assert [s.name for s in scenarios if not any(step.type == "then" for step in s._steps)] == []


def test_readme_names_every_command() -> None:
    """The README names every command of the command line."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [command for command in cli.main.commands if f"labproof {command}" not in text] == []
