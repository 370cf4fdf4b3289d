"""All features on recordings of real labs: the grader's own regression test, without any machine."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from labproof.evidence import find_break
from labproof.places import course_dir
from labproof.result import load
from tests.newest import newest

RECORDINGS = sorted(p.parent for p in (Path(__file__).parent / "recordings").glob("*/result.json"))


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the runs of a test away from the checkout's own."""
    monkeypatch.setenv("LABPROOF_RUNS", str(tmp_path))
    return tmp_path


def regrade(recording: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Regrade a recording in a process of its own, as a person does."""
    argv = [sys.executable, "-m", "labproof.cli", "regrade", str(recording), *options]
    return subprocess.run(argv, capture_output=True, text=True, timeout=120, cwd=course_dir(), check=False)


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda path: path.name)
def test_regrading_reproduces_every_outcome(recording: Path, runs: Path) -> None:
    """Judging recorded evidence again gives every criterion the outcome and the author that it had."""
    recorded = load(recording / "result.json")
    done = regrade(recording)
    again = newest(runs).load()
    assert {c.id: (c.outcome, c.authorship) for c in again.criteria} == {
        c.id: (c.outcome, c.authorship) for c in recorded.criteria
    }, done.stdout + done.stderr
    assert again.score == recorded.score
    is_unseen = any(c.outcome == "undetermined" for c in recorded.criteria)
    assert done.returncode == (3 if is_unseen else 0 if recorded.score.is_full else 1)


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda path: path.name)
def test_the_chain_of_a_recording_is_whole(recording: Path) -> None:
    """A recording holds the evidence that its result was made from, to the byte."""
    assert find_break(recording / "evidence.jsonl", load(recording / "result.json").evidence_head) == ""


def test_an_untouched_pair_earns_nothing() -> None:
    """On two machines that nobody has worked on no criterion passes, and none is undetermined."""
    run = load(Path(__file__).parent / "recordings" / "untouched" / "result.json")
    assert (run.score.earned, run.score.undetermined) == (0, 0)


def test_other_weights_change_the_score_only(runs: Path, tmp_path: Path) -> None:
    """An instructor's own weights regrade a recorded run without any machine."""
    weights = tmp_path / "weights.toml"
    weights.write_text('total = 101\n[points]\n"init.api" = 3\n')
    recording = Path(__file__).parent / "recordings" / "full"
    done = regrade(recording, "--rubric", str(weights))
    result = json.loads(newest(runs).result.read_text())
    assert result["score"]["earned"] == 101, done.stdout + done.stderr


def test_what_was_never_observed_is_undetermined(runs: Path, tmp_path: Path) -> None:
    """A question that the evidence has no answer to is not answered by guessing."""
    source = Path(__file__).parent / "recordings" / "full"
    lines = (source / "evidence.jsonl").read_text().splitlines(keepends=True)
    cut = tmp_path / "cut"
    cut.mkdir()
    (cut / "evidence.jsonl").write_text("".join(line for line in lines if "/etc/fstab" not in line))
    (cut / "result.json").write_text((source / "result.json").read_text())
    regrade(cut, "--accept-broken")
    run = newest(runs).load()
    unseen = {c.id for c in run.criteria if c.outcome == "undetermined"}
    assert unseen == {"base.swap-boot@master", "base.swap-boot@node"}
