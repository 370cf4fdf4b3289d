"""The option for a real browser, beside pytest-playwright, which has one of the same name."""

import os
import sys
from collections.abc import Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

OPTION, OWN_NAME = "--browser", "--real-browser"
PLAYWRIGHT = "playwright"
"""The name of pytest-playwright's plugin (its entry point, v0.10.0)."""
_HELP = "work on pages in a real browser, and take screenshots"


def add(group: Any, manager: pytest.PytestPluginManager) -> None:
    """Add the option under both names, or under its own alone where the other belongs to pytest-playwright.

    Raises pytest.UsageError where pytest was given that plugin's option without a value, which it would not explain.
    """
    if not _is_taken(manager):
        group.addoption(OWN_NAME, OPTION, dest="real_browser", action="store_true", help=_HELP)
        return
    if _is_bare(sys.argv):
        raise pytest.UsageError(
            f"{OPTION} belongs to pytest-playwright, which is installed here and expects a browser's name after it;"
            f" write {OWN_NAME}, or leave that plugin out: -p no:{PLAYWRIGHT} {OPTION}"
        )
    group.addoption(OWN_NAME, dest="real_browser", action="store_true", help=_HELP)


def is_asked_for(chosen: Any) -> bool:
    """Tell whether a real browser was asked for, by our option or by that of pytest-playwright."""
    return bool(chosen.real_browser or getattr(chosen, "browser", None))


def _is_taken(manager: pytest.PytestPluginManager) -> bool:
    """Tell whether pytest-playwright is loaded, or will be after us."""
    if manager.hasplugin(PLAYWRIGHT):
        return True
    if manager.is_blocked(PLAYWRIGHT) or os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD"):
        return False
    return any(entry.name == PLAYWRIGHT for entry in entry_points(group="pytest11"))


def _is_bare(words: Sequence[str]) -> bool:
    """Tell whether pytest's own command line has the option with nothing after it, or another option."""
    program = Path(words[0])
    if program.stem not in ("pytest", "py.test") and program.parent.name != "pytest":
        return False
    after = dict(zip(words, [*words[1:], "-"], strict=True))
    return OPTION in after and (after[OPTION].startswith("-") or "/" in after[OPTION])
