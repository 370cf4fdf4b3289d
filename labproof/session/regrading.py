"""Judging a recorded run again in a process and a folder of its own, to compare it with what was said of it."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from labproof.ground.errors import LabError
from labproof.records.model import RunRecord
from labproof.records.store import RunFolder
from labproof.session.recorded_run import ACCEPT

SECONDS = 300.0


def regraded(folder: RunFolder, rubric: Path | None = None) -> RunRecord:
    """Return what the evidence of a run gives when it is judged now; nothing is left of that on disk.

    Raises LabError when it gives no result, with what was said instead.
    """
    with tempfile.TemporaryDirectory(prefix="labproof-") as runs:
        # Options of the person's own pytest would choose other scenarios.
        environment = {**os.environ, "LABPROOF_RUNS": runs, "PYTEST_ADDOPTS": ""}
        argv = [sys.executable, "-m", "labproof.cli", "regrade", str(folder.path), ACCEPT]
        argv += [f"--rubric={rubric.resolve()}"] if rubric else []
        try:
            done = subprocess.run(
                argv, env=environment, capture_output=True, text=True, errors="replace", timeout=SECONDS, check=False
            )
        except subprocess.TimeoutExpired as late:
            raise LabError(f"{folder.path}: expected to be graded again within {SECONDS:.0f} s") from late
        written = [path for path in Path(runs).iterdir() if (path / "result.json").is_file()]
        if len(written) != 1:
            raise LabError(f"{folder.path}: it could not be graded again:\n{(done.stderr or done.stdout).strip()}")
        return RunFolder(written[0]).load()
