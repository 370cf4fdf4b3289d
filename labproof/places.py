"""Where Labproof keeps things on the host: one answer for every module."""

import os
from collections.abc import Callable
from pathlib import Path

Progress = Callable[[str], None]
"""Receives one plain line when a stage begins."""


def course_dir() -> Path:
    """Return the root of the checkout: exercises, features, steps, vagrant and reports lie in it."""
    return Path(__file__).resolve().parent.parent


def cache_dir() -> Path:
    """Return the folder of things that can be built again: bundle, box, Vagrant's home."""
    if chosen := os.environ.get("LABPROOF_CACHE"):
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "labproof"


def state_dir() -> Path:
    """Return the folder that says which lab runs on this host and what must be put back afterwards."""
    return Path(os.environ.get("LABPROOF_STATE", "/var/lib/labproof"))
