"""Running `labproof` in warm processes of its own."""

from pathlib import Path

import pytest

from labproof.ground.errors import LabError
from labproof.proving import warm


def test_a_command_runs_apart_and_shows_what_it_says(tmp_path: Path) -> None:
    """What the command shows goes into a file, its exit status comes back, and nothing of it stays here."""
    terminal = tmp_path / "terminal.txt"
    status = warm.run(["verify-evidence", "no-such-run"], terminal, {"LABPROOF_RUNS": str(tmp_path)}, 60)
    assert status == 2
    assert "no run 'no-such-run'" in terminal.read_text()


def test_a_command_that_does_not_end_is_ended(tmp_path: Path) -> None:
    """A command that is not done in time is ended, and that is an error of ours."""
    with pytest.raises(LabError, match="to end within"):
        warm.run(["--help"], tmp_path / "terminal.txt", {}, 0)
