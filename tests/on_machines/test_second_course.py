"""Another course on a machine: performed, verified, graded, reset, judged again and proven by the same engine."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from labproof.ground.places import engine_dir
from labproof.records.model import Outcome, RunRecord
from tests.newest import newest

COURSE = engine_dir() / "tests" / "second_course"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Build and grade the whole course on a machine of its own, which is taken away in the end."""
    folder = tmp_path_factory.mktemp("runs")
    try:
        labproof(folder, "lab", "--provider", "lxc")
        yield folder
    finally:
        labproof(folder, "down", "--provider", "lxc")


def labproof(runs: Path, *arguments: str, status: int = 0) -> str:
    """Run a command on the second course and return what it showed; `status` is how it must end."""
    line = [sys.executable, "-m", "labproof", "--course", str(COURSE), *arguments]
    environment = {**os.environ, "LABPROOF_RUNS": str(runs)}
    done = subprocess.run(
        line, cwd=engine_dir(), env=environment, capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


def last(runs: Path) -> RunRecord:
    """Return the run that was made last."""
    return newest(runs).load()


def test_course_is_performed(runs: Path) -> None:
    """From an untouched machine the runner earns every point, in both sections."""
    run = last(runs)
    assert [section.id for section in run.sections] == ["web", "account"]
    assert (run.score.earned, run.score.possible) == (100, 100)
    assert {criterion.authorship for criterion in run.criteria} == {"runner"}
    assert run.lab.stand_ins == ()


def test_finished_machine_is_graded(runs: Path) -> None:
    """Grading finds all of it done."""
    labproof(runs, "grade")
    assert {criterion.authorship for criterion in last(runs).criteria} == {"found"}


def test_recorded_run_is_judged_again(runs: Path) -> None:
    """The recording of a grading gives the same points without the machine, and its files agree."""
    labproof(runs, "grade")
    name = newest(runs).path.name
    labproof(runs, "verify-evidence", name)
    labproof(runs, "regrade", name)
    assert last(runs).score.earned == 100


def test_machine_is_set_back(runs: Path) -> None:
    """Set back to after the first section, the second one is not done, and can be done again."""
    assert "as they are after" not in labproof(runs, "reset", "--to", "web")
    labproof(runs, "grade", status=1)
    outcomes = {criterion.id: criterion.outcome for criterion in last(runs).criteria}
    assert outcomes["account.shell"] is Outcome.FAILED
    assert outcomes["account.folder"] is Outcome.BLOCKED
    assert outcomes["web.page"] is Outcome.PASSED
    labproof(runs, "lab", "--from", "account")
    assert last(runs).score.earned == 100


def test_grader_is_proven(runs: Path) -> None:
    """Nothing passes on the untouched machine, all on the finished one, and every mistake costs its own."""
    shown = labproof(runs, "author", "check", "--provider", "lxc")
    assert "5 mistakes, 0 collateral, 0 criteria unproven" in shown
