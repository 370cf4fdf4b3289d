"""What commands that run the course share."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from labproof.commands import common
from labproof.ground.places import course_dir


def module(name: str, path: Path) -> ModuleType:
    """Return a module as it is once it was imported from a file."""
    found = ModuleType(name)
    found.__file__ = str(path)
    return found


def test_steps_that_are_here_are_given_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what is imported only the course's own steps are plugins: no part of theirs, and none of another course."""
    steps = course_dir() / "steps"
    for name in [name for name in sys.modules if name.startswith("steps.")]:
        monkeypatch.delitem(sys.modules, name)
    places = {
        "steps.one": steps / "one.py",
        "steps.parts": steps / "parts" / "__init__.py",
        "steps.parts.deep": steps / "parts" / "deep.py",
        "steps._own": steps / "_own.py",
        "steps.other": steps.parent / "another" / "steps" / "other.py",
    }
    for name, path in places.items():
        monkeypatch.setitem(sys.modules, name, module(name, path))
    names = [plugin.__name__ for plugin in common._plugins()]
    assert names == ["labproof.plugin", "pytest_bdd.plugin", "steps.one"]
