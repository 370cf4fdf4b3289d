"""All features on recordings of real labs: the grader's own regression test, without any machine."""

import json
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from labproof.ground.errors import NotRecorded
from labproof.ground.places import course_dir
from labproof.records.evidence import find_break, read
from labproof.records.model import Authorship
from labproof.records.result import load
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
    # A probe may do without an answer that an old recording lacks; here that would hide what it now finds.
    unanswered = [e.request for e in read(newest(runs).evidence) if e.problem == NotRecorded.__name__]
    assert unanswered == [], "record again: tests/recordings/make.py"


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda path: path.name)
def test_the_chain_of_a_recording_is_whole(recording: Path) -> None:
    """A recording holds the evidence that its result was made from, to the byte."""
    assert find_break(recording / "evidence.jsonl", load(recording / "result.json").evidence_head) == ""


def test_an_untouched_pair_earns_nothing() -> None:
    """On two machines that nobody has worked on no criterion passes, and none is undetermined."""
    run = load(Path(__file__).parent / "recordings" / "untouched" / "result.json")
    assert (run.score.earned, run.score.undetermined) == (0, 0)


def test_nothing_of_a_lab_that_was_built_was_there_before() -> None:
    """Whatever stands in the finished lab the runner has made: machines that bring it along would give it away."""
    run = load(Path(__file__).parent / "recordings" / "full" / "result.json")
    assert {c.id: c.authorship for c in run.criteria if c.authorship is not Authorship.RUNNER} == {}


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


def laundered(recording: str, folder: Path) -> Path:
    """Lay out a run whose answers about /etc/fstab somebody has edited in the student's favour."""
    shutil.copytree(Path(__file__).parent / "recordings" / recording, folder)
    evidence = folder / "evidence.jsonl"
    text = evidence.read_text(encoding="utf-8")
    assert "\\tswap\\t" in text
    evidence.write_text(text.replace("\\tswap\\t", "\\tnone\\t"), encoding="utf-8")
    return folder


def test_edited_answers_are_not_laundered(runs: Path, tmp_path: Path) -> None:
    """Edited evidence is refused in one sentence with what to do, and leaves no run with a new whole chain."""
    done = regrade(laundered("broken-base-swap-tab", tmp_path / "edited"))
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert "was changed" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not list(runs.glob("*-regrade"))


def test_accepted_edits_are_told_everywhere(runs: Path, tmp_path: Path) -> None:
    """Edited evidence that is graded all the same says so in the result, on the report's first screen and at once."""
    done = regrade(laundered("broken-base-swap-tab", tmp_path / "edited"), "--accept-broken")
    folder = newest(runs)
    source = folder.load().source
    assert source is not None
    assert "was changed" in source.evidence_problem
    page = (folder.path / "report.html").read_text(encoding="utf-8")
    for text in (page[: page.index("points earned")], done.stdout):
        assert "The evidence is broken, and this score proves nothing: entry" in text


@pytest.mark.parametrize("command", [["demo"], ["regrade", "tests/recordings/full"]], ids=["demo", "regrade"])
def test_recorded_times_are_kept(runs: Path, command: list[str]) -> None:
    """What was recorded keeps its day in evidence, criteria and scenarios; only the run itself is of today."""
    recorded = load(Path(__file__).parent / "recordings" / "full" / "result.json")
    argv = [sys.executable, "-m", "labproof.cli", *command]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120, cwd=course_dir(), check=False)
    folder = newest(runs)
    run = folder.load()
    days = {e.started[:10] for e in read(folder.evidence)}
    days |= {s.started[:10] for section in run.sections for s in section.scenarios}
    days |= {c.started[:10] for c in run.criteria}
    assert days == {recorded.started[:10]}
    assert run.started > recorded.finished
    for before, again in zip(recorded.sections, run.sections, strict=True):
        # The course may have more scenarios by now than it had when it was recorded.
        scenarios = {s.name: s for s in again.scenarios}
        for one, other in ((s, scenarios[s.name]) for s in before.scenarios):
            begun, since = (datetime.fromisoformat(s.started).timestamp() for s in (one, other))
            assert (since, other.seconds) == pytest.approx((begun, one.seconds), abs=0.5), one.name
    assert run.source is not None
    assert (run.mode, run.source.run, run.source.mode) == (command[0], recorded.run, recorded.mode)
    assert (run.source.started, run.source.finished) == (recorded.started, recorded.finished)
    page = (folder.path / "report.html").read_text(encoding="utf-8")
    said = f"graded {recorded.started[:10]}"
    assert said in page[: page.index("<main>")]
    assert said in done.stdout
    assert f"report: {folder.path / 'report.html'}" in done.stdout


def test_result_without_its_lab_ends_with_two(runs: Path, tmp_path: Path) -> None:
    """A result without machines is one clear error with exit status 2, and no run."""
    folder = Path(shutil.copytree(Path(__file__).parent / "recordings" / "untouched", tmp_path / "run"))
    data = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    for change, said in (({"mode": "banana"}, "mode: expected one of"), ({"lab": {**data["lab"], "machines": {}}}, "")):
        (folder / "result.json").write_text(json.dumps({**data, **change}), encoding="utf-8")
        done = regrade(folder)
        assert done.returncode == 2
        assert done.stderr.startswith(f"error: {folder / 'result.json'}: {said or 'lab.machines.master: expected'}")
        assert not done.stdout
