"""What a reset leaves of the results."""

import json
from pathlib import Path

import pytest

from labproof.ground.errors import ConfigError
from labproof.records import store
from labproof.records.model import Mode, Outcome, RunRecord
from labproof.records.result import load
from labproof.session import resetting
from labproof.session.recorded_run import open_recorded
from labproof.session.resetting import forget_later, without_later

FULL = load(Path(__file__).parents[1] / "recordings" / "full" / "result.json")
ORDER = {section.id: number for number, section in enumerate(FULL.sections, 1)}
BEFORE, LATER = ("base", "docker"), tuple(s for s in ORDER if s not in ("base", "docker"))


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the runs of a test away from the checkout's own."""
    monkeypatch.setenv("LABPROOF_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


@pytest.fixture
def graded(runs: Path) -> store.RunFolder:
    """A lab that was graded in full."""
    folder = store.create(Mode.PERFORM)
    folder.save(FULL)
    return folder


def outcomes(run: RunRecord, sections: tuple[str, ...]) -> set[Outcome]:
    return {c.outcome for s in run.sections if s.id in sections for c in s.criteria}


def test_what_came_later_is_forgotten() -> None:
    """What was judged up to the milestone stays; what came after it is unknown, with the reason and no evidence."""
    run = without_later(FULL, ORDER, "docker")
    assert outcomes(run, BEFORE) == {Outcome.PASSED}
    assert outcomes(run, LATER) == {Outcome.UNDETERMINED}
    later = [s for s in run.sections if s.id in LATER]
    assert {c.reason for s in later for c in s.criteria} == {resetting.REASON}
    assert all((c.looks, c.started, c.evidence) == (0, "", ()) for s in later for c in s.criteria)
    assert all((sc.use, sc.steps) == ("none", ()) for s in later for sc in s.scenarios)


def test_points_and_help_stay() -> None:
    """What is forgotten keeps its points, its sentence and its help: it can be earned again."""
    run = without_later(FULL, ORDER, "base")
    kept = [(c.id, c.text, c.points, c.why, c.hints, c.try_this) for c in run.criteria]
    assert kept == [(c.id, c.text, c.points, c.why, c.hints, c.try_this) for c in FULL.criteria]
    assert run.score.possible == FULL.score.possible


def test_what_stays_names_its_run() -> None:
    """What was judged before the reset says in which run; a run that looked earlier still is not renamed."""
    once = without_later(FULL, ORDER, "docker")
    assert {c.as_of for s in once.sections if s.id in BEFORE for c in s.criteria} == {FULL.run}
    assert without_later(once, ORDER, "docker") == once


@pytest.mark.parametrize("milestone", ["the end of another course", ""])
def test_unknown_milestone_leaves_nothing(milestone: str) -> None:
    """Where it is not known what came before, nothing is taken to hold still."""
    assert without_later(FULL, ORDER, milestone).score.earned == 0


def test_unknown_section_is_forgotten() -> None:
    """A section that the course does not have any more is not known to have come before."""
    order = {name: place for name, place in ORDER.items() if name != "base"}
    assert outcomes(without_later(FULL, order, "docker"), ("base",)) == {Outcome.UNDETERMINED}


def test_reset_is_the_latest_run(graded: store.RunFolder) -> None:
    """A reset is a run of its own, says what the machines were set back to and which run the rest is from."""
    report = forget_later("docker")
    assert report is not None
    run = store.find(store.LATEST).load()
    assert (run.mode, run.milestone, run.based_on, run.ended) == (Mode.RESET, "docker", FULL.run, "finished")
    assert run.evidence_head == ""
    assert report.parent.resolve() == store.find(store.LATEST).path
    page = report.read_text(encoding="utf-8")
    assert "set back to docker" in page
    assert f"criteria are known from {FULL.run}" in page


def test_result_of_before_is_left_alone(graded: store.RunFolder) -> None:
    """The run that was graded keeps its folder, byte for byte."""
    before = graded.result.read_bytes()
    forget_later("base")
    assert graded.result.read_bytes() == before


@pytest.mark.parametrize("text", [None, "", json.dumps({"schema": 99})], ids=["none", "empty", "other"])
def test_nothing_to_forget(graded: store.RunFolder, text: str | None) -> None:
    """Without a result that can be read there is nothing to forget, and the reset goes on."""
    graded.result.unlink() if text is None else graded.result.write_text(text)
    assert forget_later("base") is None


def test_reset_cannot_be_regraded(graded: store.RunFolder) -> None:
    """A reset has no evidence of its own: it is said which run to regrade instead."""
    forget_later("docker")
    with pytest.raises(ConfigError, match=f"no evidence to grade; name the run that it came from: {FULL.run}"):
        open_recorded(store.LATEST)
