"""The texts that are made from the code: they are there as the code makes them, and leave nothing out."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from labproof.ground.places import engine_dir

ROOT = engine_dir()


@pytest.fixture(scope="module")
def make() -> ModuleType:
    """The program that makes the texts; it lies beside them and is no part of a package."""
    found = importlib.util.spec_from_file_location("docs_make", ROOT / "docs" / "make.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_made_texts_are_as_the_code_makes_them(make: ModuleType) -> None:
    """docs/settings.md and every section's README are what `make docs` would write."""
    changed = [str(path) for path, text in make.pages().items() if path.read_text(encoding="utf-8") != text]
    assert changed == [], "run make docs"


def test_a_setting_without_a_meaning_is_told(make: ModuleType) -> None:
    """A setting that nobody has described, and a description of one that is gone, keep the page from being made."""
    with pytest.raises(ValueError, match="Weights: say what these mean: points"):
        make._require({"total"}, {"total", "points"}, "Weights")
    with pytest.raises(ValueError, match="Weights: no such setting any more: total"):
        make._require({"total", "points"}, {"points"}, "Weights")


def test_every_option_says_what_it_does() -> None:
    """No row of the settings is without its last cell, the meaning."""
    rows = [line for line in (ROOT / "docs" / "settings.md").read_text("utf-8").splitlines() if line.startswith("| `")]
    assert len(rows) > 100
    assert [row for row in rows if re.search(r"\|\s*\|$", row) and "is also called" not in row] == []


def test_readmes_terminal_is_real(tmp_path: Path) -> None:
    """The lines that the README shows are those that its command prints, but for the time."""
    shown = re.search(
        r"    \$ labproof (regrade \S+)\n    \.\.\.\n((?:    \[.*\n)+)", (ROOT / "README.md").read_text("utf-8")
    )
    assert shown is not None
    line = [sys.executable, "-m", "labproof", *shown[1].split()]
    environment = {**os.environ, "LABPROOF_RUNS": str(tmp_path)}
    done = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)
    printed = [text.partition("] ")[2] for text in done.stdout.splitlines()]
    lines = [text.partition("] ")[2] for text in shown[2].splitlines()]
    assert len(lines) == 10
    assert [text for text in lines if text not in printed] == []


def test_readme_links_lead_somewhere() -> None:
    """Every file that README, CONTRIBUTING and docs link to is there."""
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))):
        links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
        assert [link for link in links if not (path.parent / link).exists()] == [], path
