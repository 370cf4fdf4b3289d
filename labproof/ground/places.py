"""Where Labproof keeps things on the host: one answer for every module."""

import functools
import os
import sys
from collections.abc import Callable
from pathlib import Path

Progress = Callable[[str], None]
"""Receives one plain line when a stage begins."""


CARRIED = "carried"
"""The folder in which an installed Labproof has what a checkout has beside the package: `setup.py` fills it."""


@functools.cache
def engine_dir() -> Path:
    """Return the folder of the report's templates, the Vagrantfile, the stand-ins and the course.

    That is the root of a checkout, or what an installed Labproof carries with it.
    """
    return carried_dir() if is_installed() else Path(__file__).resolve().parent.parent.parent


def carried_dir() -> Path:
    """Return the folder of an installed Labproof that holds what a checkout has beside the package."""
    return Path(__file__).resolve().parent.parent / CARRIED


def is_installed() -> bool:
    """Tell whether this is an installed Labproof, whose folder belongs to the installer and not to a person."""
    return (carried_dir() / "exercises").is_dir()


def course_dir() -> Path:
    """Return the folder of the course, its exercises, features and steps: $LABPROOF_COURSE or the checkout."""
    chosen = os.environ.get("LABPROOF_COURSE")
    return _resolved(Path.cwd() / chosen) if chosen else engine_dir()


@functools.lru_cache(maxsize=8)
def _resolved(path: Path) -> Path:
    """Return a folder without links. A page asks for it thousands of times."""
    return path.resolve()


def cache_dir() -> Path:
    """Return the folder of things that can be built again: bundle, box, Vagrant's home."""
    if chosen := os.environ.get("LABPROOF_CACHE"):
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "labproof"


def state_dir() -> Path:
    """Return the folder that says which lab runs on this host and what must be put back afterwards.

    Root on Linux has one for the whole computer: containers need it. Everybody else has one of their own. It is the
    same below the home folder everywhere: Python from the Microsoft Store hides what it writes into AppData.
    """
    if chosen := os.environ.get("LABPROOF_STATE"):
        return Path(chosen)
    if is_root() and sys.platform.startswith("linux"):
        return Path("/var/lib/labproof")
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "labproof"


def runs_dir() -> Path:
    """Return the folder of the runs: $LABPROOF_RUNS, reports/runs of the course, or labproof/runs at home.

    The last is for the course of an installed Labproof: the next installation would take its runs away.
    """
    if chosen := os.environ.get("LABPROOF_RUNS"):
        return Path(chosen)
    if course_dir() == carried_dir():
        return Path.home() / "labproof" / "runs"
    return course_dir() / "reports" / "runs"


def given_bundle() -> Path | None:
    """Return the folder of the handout's own files, which `--bundle` or $LABPROOF_BUNDLE names; none without it."""
    chosen = os.environ.get("LABPROOF_BUNDLE")
    return Path(chosen).absolute() if chosen else None


def is_root() -> bool:
    """Tell whether we are root; there is none on Windows."""
    return getattr(os, "geteuid", lambda: -1)() == 0
