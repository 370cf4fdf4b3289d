"""Brings into a process, once, what every grading needs: others are forked from it and share it.

The imports of pytest, of the engine and of the course, and the texts of the course's files, are three quarters of what
a grading costs before it asks its first question; its page takes twice as long where no other came before it.
Importing this module is all that there is to it.
"""

import contextlib
import gc
import importlib
import sys

from labproof.ground.lean_imports import leave_out
from labproof.ground.places import course_dir


def _modules() -> None:
    # As a grading itself leaves it out.
    leave_out("mako.ext.pygmentplugin")
    from _pytest.config import default_plugins

    for name in (*(f"_pytest.{plugin}" for plugin in default_plugins), "pytest_bdd.plugin", "labproof.plugin"):
        importlib.import_module(name)


def _course() -> None:
    folder = course_dir()
    sys.path.insert(0, str(folder))
    for path in sorted((folder / "steps").glob("[a-z]*.py")):
        importlib.import_module(f"steps.{path.stem}")
    from labproof.session import course_check

    course_check.load()


def _lab() -> None:
    from labproof.lab import machine

    machine.prepare()


def _pages() -> None:
    from labproof.showing import report

    report.prepare()


for _part in (_modules, _course, _lab, _pages):
    # What is wrong with a course is told by whoever grades it.
    with contextlib.suppress(Exception):
        _part()
# What is shared stays shared: nobody looks through it for what could be thrown away.
gc.freeze()
