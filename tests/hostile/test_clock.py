"""Machines whose clock is a year off from the grader's.

The machines of a rehearsal have the host's clock, so the grader gets another one: between the two it is the same.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from labproof.proving.compare import not_fine
from labproof.records import result

YEAR = 365 * 86400


@pytest.mark.parametrize("shift", [YEAR, -YEAR], ids=["machines behind", "machines ahead"])
def test_clock_a_year_off_gains_and_costs_nothing(lab, tmp_path: Path, shift: int) -> None:  # type: ignore[no-untyped-def]
    """A mistake costs its point, everything else is found as ever, and the report tells of the clock."""
    library = tmp_path / "clock.so"
    source = Path(__file__).with_name("clock.c")
    subprocess.run(["gcc", "-shared", "-fPIC", f"-DSHIFT=({shift})", "-o", library, source], check=True, timeout=60)
    undo = ("mv /root/.kube/config.before /root/.kube/config",)
    with lab.made("node", "mv /root/.kube/config /root/.kube/config.before", undo=undo):
        subprocess.run(
            [Path(sys.executable).with_name("labproof"), "grade"],
            env={**os.environ, "LD_PRELOAD": str(library), "LABPROOF_RUNS": str(tmp_path)},
            check=False,
            timeout=300,
        )
    run = result.load(tmp_path / "latest" / "result.json")
    assert not_fine(run) == {"join.kubectl": "failed: /root/.kube/config is not on node"}
    told = f"365 days, 0:00:00 {'behind' if shift > 0 else 'ahead of'} the grader's"
    assert {name: facts["clock"] for name, facts in run.lab.machines.items()} == {"master": told, "node": told}
