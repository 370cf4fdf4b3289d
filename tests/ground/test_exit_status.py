"""How commands end: one table, in the code, in --help and in the README."""

import subprocess
import sys

import pytest

from labproof.ground.errors import ConfigError, LabError, Unreachable
from labproof.ground.exit_status import ExitStatus, status_of, table
from labproof.ground.places import course_dir


@pytest.mark.parametrize("status", ExitStatus)
def test_readme_has_the_table(status: ExitStatus) -> None:
    """The README says of every exit status what the code says."""
    text = (course_dir() / "README.md").read_text(encoding="utf-8")
    assert f"| {status.value} | {status.meaning} |" in text


def test_help_has_the_table() -> None:
    """`labproof --help` ends with the same table."""
    line = [sys.executable, "-m", "labproof.cli", "--help"]
    shown = subprocess.run(line, capture_output=True, text=True, timeout=60, check=True).stdout
    assert all(row.strip() in shown for row in table().splitlines())


@pytest.mark.parametrize(
    ("problem", "status"),
    [(ConfigError(["x"]), ExitStatus.USAGE), (Unreachable("x"), ExitStatus.OURS), (LabError("x"), ExitStatus.OURS)],
)
def test_errors_end_as_the_table_says(problem: LabError, status: ExitStatus) -> None:
    """A wrong file is the person's to mend; all else that goes wrong is ours."""
    assert status_of(problem) is status
