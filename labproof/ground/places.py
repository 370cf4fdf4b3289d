"""Where Labproof keeps things on the host: one answer for every module."""

import os
from collections.abc import Callable
from pathlib import Path

Progress = Callable[[str], None]
"""Receives one plain line when a stage begins."""


def engine_dir() -> Path:
    """Return the root of the checkout, where the report's templates, the Vagrantfile and the stand-ins lie."""
    return Path(__file__).resolve().parent.parent.parent


def course_dir() -> Path:
    """Return the folder of the course, its exercises, features and steps: $LABPROOF_COURSE or the checkout."""
    chosen = os.environ.get("LABPROOF_COURSE")
    return Path(chosen).resolve() if chosen else engine_dir()


def cache_dir() -> Path:
    """Return the folder of things that can be built again: bundle, box, Vagrant's home."""
    if chosen := os.environ.get("LABPROOF_CACHE"):
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "labproof"


def state_dir() -> Path:
    """Return the folder that says which lab runs on this host and what must be put back afterwards."""
    return Path(os.environ.get("LABPROOF_STATE", "/var/lib/labproof"))
