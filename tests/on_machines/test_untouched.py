"""This course on machines that nobody has touched: whatever they bring along, ours or Debian's, is worth nothing."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from labproof.ground.exit_status import ExitStatus
from labproof.ground.places import engine_dir
from labproof.proving import compare
from tests.newest import newest


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Bring the machines up, and take them away in the end."""
    folder = tmp_path_factory.mktemp("runs")
    try:
        assert labproof(folder, "up", "--provider", "lxc") == ExitStatus.FULL
        yield folder
    finally:
        labproof(folder, "down", "--provider", "lxc")


def labproof(runs: Path, *arguments: str) -> int:
    """Run a command and return how it ended."""
    line = [sys.executable, "-m", "labproof", *arguments]
    environment = {**os.environ, "LABPROOF_RUNS": str(runs)}
    return subprocess.run(line, cwd=engine_dir(), env=environment, timeout=900, check=False).returncode


def test_untouched_machines_earn_nothing(runs: Path) -> None:
    """Every criterion is seen, and none is met."""
    assert labproof(runs, "grade") == ExitStatus.LOST
    run = newest(runs).load()
    assert (compare.passing(run), compare.unseen(run)) == ((), {})
    assert (run.score.earned, run.score.possible) == (0, 100)
