"""Another course, as it was graded on a machine once, judged again by the same engine, without any machine."""

import json
import lzma
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from labproof.grading import rubric
from labproof.ground.places import engine_dir
from labproof.proving import catalogue
from labproof.proving.compare import compare
from labproof.records.evidence import GENESIS, chain
from labproof.records.model import FINISHED, RunRecord
from tests.newest import newest

COURSE = engine_dir() / "tests" / "second_course"
RECORDED = COURSE / "recordings"


def labproof(runs: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command on the second course."""
    line = [sys.executable, "-m", "labproof", "--course", str(COURSE), *arguments]
    environment = {**os.environ, "LABPROOF_RUNS": str(runs)}
    return subprocess.run(line, env=environment, capture_output=True, text=True, timeout=120, check=False)


def mistakes() -> dict[str, list[dict[str, Any]]]:
    """Return the evidence of every recorded mistake."""
    with lzma.open(RECORDED / "mistakes.jsonl.xz", "rt", encoding="utf-8") as file:
        return {row["mistake"]: row["evidence"] for row in map(json.loads, file)}


def laid_out(evidence: list[dict[str, Any]], folder: Path) -> Path:
    """Lay out a recorded mistake as a run, whose result fits its evidence."""
    head = GENESIS
    folder.mkdir(parents=True)
    with (folder / "evidence.jsonl").open("w", encoding="utf-8") as file:
        for entry in evidence:
            head = chain(head, entry)
            file.write(json.dumps({**entry, "hash": head}, ensure_ascii=False) + "\n")
    result = json.loads((RECORDED / "full" / "result.json").read_text(encoding="utf-8"))
    result |= {"mode": "verify", "ended": FINISHED, "evidence_head": head}
    for scenario in (scenario for section in result["sections"] for scenario in section["scenarios"]):
        scenario["use"] = "verify"
    (folder / "result.json").write_text(json.dumps(result), encoding="utf-8")
    return folder


def judged(run: Path, runs: Path) -> RunRecord:
    """Judge a recorded run again."""
    done = labproof(runs, "regrade", str(run))
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return newest(runs).load()


def test_course_is_whole(tmp_path: Path) -> None:
    """Every file of the course is as it should be."""
    done = labproof(tmp_path, "author", "course")
    assert done.returncode == 0, done.stdout + done.stderr


def test_recorded_run_earns_everything(tmp_path: Path) -> None:
    """The recording of a machine on which all was performed gives all points, each brought about by the runner."""
    run = judged(RECORDED / "full", tmp_path)
    assert (run.score.earned, run.score.possible) == (100, 100)
    assert {criterion.authorship for criterion in run.criteria} == {"runner"}


@pytest.fixture
def second_course(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process, too, mean the second course."""
    monkeypatch.setenv("LABPROOF_COURSE", str(COURSE))


@pytest.mark.usefixtures("second_course")
def test_every_mistake_costs_its_own(tmp_path: Path) -> None:
    """Each mistake of its catalogue is recorded, and costs what it should and nothing else."""
    recorded = mistakes()
    catalogued = catalogue.load(rubric.load())
    assert set(recorded) == {mistake.id for mistake in catalogued}
    for mistake in catalogued:
        run = laid_out(recorded[mistake.id], tmp_path / mistake.id)
        verdict = compare(mistake, judged(run, tmp_path / "runs" / mistake.id))
        assert verdict.problems(mistake.hint) == []
        assert verdict.is_exact
