"""`--browser` beside pytest-playwright, whose option and fixture have the same name."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from labproof.ground.exit_status import ExitStatus
from labproof.ground.places import course_dir

PLUGIN = """
import pytest

def pytest_addoption(parser):
    parser.getgroup("playwright").addoption("--browser", action="append", default=[])

@pytest.fixture(scope="session")
def browser():
    raise RuntimeError("the browser of another plugin")
"""


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where a plugin is installed that has the name, the option and the fixture of pytest-playwright."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "pytest_playwright.py").write_text(PLUGIN, encoding="utf-8")
    info = folder / "pytest_playwright-0.10.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: pytest-playwright\nVersion: 0.10.0\n")
    (info / "entry_points.txt").write_text("[pytest11]\nplaywright = pytest_playwright\n")
    return folder


def run(other: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Look at the dashboard's section of a recording, with the other plugin installed."""
    recorded = course_dir() / "tests" / "recordings" / "full"
    argv = [sys.executable, "-m", "pytest", "features/05_dashboard.feature", "-q", "-p", "no:cacheprovider"]
    more = {k: v for k, v in os.environ.items() if k != "PYTEST_DISABLE_PLUGIN_AUTOLOAD"}
    return subprocess.run(
        [*argv, f"--replay={recorded}", *words],
        capture_output=True,
        text=True,
        timeout=600,
        cwd=course_dir(),
        env={**more, "PYTHONPATH": str(other)},
        check=False,
    )


@pytest.mark.parametrize("words", [["--browser"], ["--browser", "--tb=no"]], ids=["last", "before another"])
def test_name_of_the_other_plugin_is_told(other: Path, words: list[str]) -> None:
    """A bare --browser, which is the other plugin's, ends with what to write instead; nothing is graded."""
    done = run(other, *words)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "write --real-browser, or leave that plugin out: -p no:playwright --browser" in done.stdout + done.stderr


@pytest.mark.parametrize(
    "words",
    [["--real-browser"], ["--browser", "chromium"], ["-p", "no:playwright", "--browser"]],
    ids=["own name", "with a name", "left out"],
)
def test_both_work_side_by_side(other: Path, words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a browser's name, by our own name, or without the other plugin, the course is graded with its own pages."""
    monkeypatch.setenv("LABPROOF_RUNS", str(tmp_path))
    done = run(other, *words)
    assert done.returncode == ExitStatus.FULL, done.stdout + done.stderr
