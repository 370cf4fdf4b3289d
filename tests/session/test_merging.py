"""What a session knows when it begins, what it merges into, and what it leaves on disk."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from labproof.connection.base import Purpose
from labproof.grading import expectation
from labproof.grading.recording import VERIFY
from labproof.grading.syllabus import Syllabus
from labproof.ground.errors import CheckFailed, ConfigError, NotRecorded, Unreachable
from labproof.records import store
from labproof.records.evidence import EvidenceLog
from labproof.records.model import FINISHED, CriterionRecord, Outcome, RunRecord, SectionRecord
from labproof.records.store import LATEST
from labproof.session import opening as session
from labproof.session.connecting import Reached
from labproof.session.opening import Options, Session, begin
from tests.session.conftest import COURSE, LAB, load
from tests.tiny_course import Section, criterion

Open = Callable[..., Session]


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """A recording of a lab: one file on master, and a node that had gone."""
    folder = store.RunFolder(tmp_path / "recorded")
    folder.path.mkdir()
    log = EvidenceLog(folder.evidence)
    known = {"kind": "command", "purpose": Purpose.OBSERVE, "started": "", "seconds": 0.1}
    log.append(machine="master", request="hostname", status=0, output="master\n", **known)
    log.append(machine="node", request="hostname", status=None, error="node: lost", problem="Unreachable", **known)
    log.close()
    folder.save(RunRecord("recorded", VERIFY, "", LAB, "", (), ended=FINISHED, evidence_head=log.head))
    return folder.path


@pytest.fixture
def open_(course: Syllabus, recorded: Path, request: pytest.FixtureRequest) -> Open:
    """Begin sessions on the recording, and close them when the test ends."""

    def opened(base: str = "", course: Syllabus = course) -> Session:
        begun = begin(Options(replay=str(recorded), base=base), course, nobody)
        request.addfinalizer(begun.close)
        return begun

    return opened


def nobody() -> Reached:
    raise AssertionError("a recording needs no machines")


def found(run: RunRecord, id_: str) -> CriterionRecord:
    return next(c for c in run.criteria if c.id == id_)


def seen(run: RunRecord, *ids: str, **changes: object) -> RunRecord:
    """Return the run as it would stand had it looked at these criteria, which passed."""

    def look(c: CriterionRecord) -> CriterionRecord:
        return replace(c, outcome=Outcome.PASSED, reason="", looks=1) if c.id in ids else c

    def through(section: SectionRecord) -> SectionRecord:
        scenarios = tuple(replace(s, criteria=tuple(map(look, s.criteria))) for s in section.scenarios)
        return replace(section, scenarios=scenarios)

    return replace(run, sections=tuple(map(through, run.sections)), **changes)  # type: ignore[arg-type]


def earlier(open_: Open, *ids: str, **changes: object) -> str:
    """Leave a run on disk that looked at these criteria, and return its name."""
    folder = store.create(VERIFY)
    run = replace(open_().recording.run, run=folder.path.name, mode=VERIFY, source=None)
    folder.save(seen(run, *ids, **changes))
    return folder.path.name


# A new run


def test_new_run_knows_nothing(open_: Open, course: Syllabus) -> None:
    """Every criterion of the rubric is there with its points and its help, and none is known."""
    run = open_().recording.run
    assert [(c.id, c.points) for c in run.criteria] == [("base.a", 10), ("base.b", 40), ("next.c", 50)]
    assert {(c.outcome, c.reason, c.why) for c in run.criteria} == {
        (Outcome.UNDETERMINED, "this run did not come to it", "because")
    }
    assert (run.rubric, run.based_on, run.ended) == (course.rubric.digest, "", "running")


def test_recording_answers_as_its_lab_did(open_: Open, recorded: Path) -> None:
    """A replay has the machines of its recording, their answers, and no other answer."""
    begun = open_()
    assert begun.recording.run.lab == LAB
    assert {m.name: m.address for m in begun.lab.all} == {"master": "192.168.200.10", "node": "192.168.200.20"}
    assert begun.lab["master"].ask("hostname").output == "master\n"
    with pytest.raises(NotRecorded):
        begun.lab["master"].ask("uptime")
    assert begun.folder.path.name.endswith("-regrade")
    assert len((begun.folder.evidence).read_text(encoding="utf-8").splitlines()) == 2


def test_recording_is_not_waited_for(open_: Open) -> None:
    """A state of a recording does not change while we wait: looking for it takes no time of ours."""
    judge = open_().judge
    assert judge.clock.sleep is not time.sleep
    judge.begin(600)
    with pytest.raises(CheckFailed):
        judge(lambda: "wrong", expectation.equal("ok"))
    assert judge.finding.waited == pytest.approx(600, abs=5)


def test_lost_machines_are_known_to_the_recording(open_: Open) -> None:
    """A machine that stops answering is one that the recording excuses things with."""
    begun = open_()
    assert begun.recording.surroundings.lost_machines() == []
    with pytest.raises(Unreachable):
        begun.lab["node"].ask("hostname")
    assert begun.recording.surroundings.lost_machines() == ["node"]


def test_lost_cluster_is_known_to_the_recording(open_: Open) -> None:
    """What the course tells of its cluster is what the recording asks."""
    begun = open_()
    assert not begun.recording.surroundings.is_cluster_lost()
    begun.cluster.is_lost = lambda: True
    assert begun.recording.surroundings.is_cluster_lost()


def test_a_recording_is_neither_restarted_nor_saved(open_: Open) -> None:
    """Without machines of its own a session has nothing to restart or to save, and goes on."""
    begun = open_()
    begun.restart()
    begun.save_milestone("base")
    assert begun.lab["master"].ask("hostname").is_success


# Merging with an earlier run


@pytest.mark.parametrize("base", ["by name", LATEST])
def test_earlier_run_stays_known(open_: Open, base: str) -> None:
    """What an earlier run of this lab looked at stays known, with that run's name; the rest stays unknown."""
    name = earlier(open_, "base.a")
    run = open_(base if base == LATEST else name).recording.run
    assert run.based_on == name
    assert (found(run, "base.a").outcome, found(run, "base.a").as_of) == (Outcome.PASSED, name)
    assert (found(run, "base.b").outcome, found(run, "base.b").as_of) == (Outcome.UNDETERMINED, "")
    assert run.score.earned == 10


def test_first_judgement_keeps_its_date(open_: Open) -> None:
    """Through several merged runs each criterion keeps the name of the run that really looked at it."""
    first = earlier(open_, "base.a")
    folder = store.create(VERIFY)
    second = replace(open_(first).recording.run, run=folder.path.name, mode=VERIFY, source=None)
    folder.save(seen(second, "next.c"))
    run = open_(folder.path.name).recording.run
    assert (run.based_on, found(run, "base.a").as_of) == (folder.path.name, first)
    assert found(run, "next.c").as_of == folder.path.name


def test_without_an_earlier_run_nothing_is_merged(open_: Open) -> None:
    """Where there is no earlier run, the new one begins afresh; it is not merged into itself."""
    run = open_(LATEST).recording.run
    assert run.based_on == ""
    assert {c.as_of for c in run.criteria} == {""}


def test_a_replay_says_nothing_of_the_machines(open_: Open) -> None:
    """A regrade is never what a run on machines is merged into."""
    begun = open_()
    begun.folder.save(seen(begun.recording.run, "base.a"))
    assert open_(LATEST).recording.run.based_on == ""
    with pytest.raises(ConfigError, match="made from a recording"):
        open_(begun.folder.path.name)


def test_run_that_is_not_there_is_refused(open_: Open) -> None:
    """Whoever names a run that there is not is told so."""
    with pytest.raises(ConfigError, match="no run 'nonsense'"):
        open_("nonsense")


def test_another_lab_is_not_merged(open_: Open) -> None:
    """What is known of other machines says nothing of these: such a run is passed over, or refused by its name."""
    name = earlier(open_, "base.a", lab=replace(LAB, identity="another lab"))
    run = open_(LATEST).recording.run
    assert (run.based_on, run.score.earned) == ("", 0)
    with pytest.raises(ConfigError, match="of another lab or other weights"):
        open_(name)


def test_lab_finds_its_own_run_among_others(open_: Open) -> None:
    """On a grader of several labs, the newest run of this one is found though another lab was graded later."""
    own = earlier(open_, "base.a")
    earlier(open_, "base.b", lab=replace(LAB, identity="another lab"))
    assert open_(LATEST).recording.run.based_on == own


def test_another_rubric_is_not_merged(open_: Open, tmp_path: Path) -> None:
    """Points of other weights do not mix: a run with another rubric begins afresh."""
    name = earlier(open_, "base.a")
    weighed = (Section("base", 1, [criterion("base.a", 20), criterion("base.b", 30)]), COURSE[1])
    run = open_(LATEST, load(tmp_path / "other", *weighed)).recording.run
    assert (run.based_on, run.score.earned) == ("", 0)
    assert found(run, "base.a").points == 20
    with pytest.raises(ConfigError, match="of another lab or other weights"):
        open_(name, load(tmp_path / "named", *weighed))


@pytest.mark.parametrize("text", ["", '{"schema": 99}', "[1]", '{"schema": 1}'], ids=["empty", "other", "list", "half"])
def test_spoilt_result_is_not_merged(open_: Open, text: str) -> None:
    """An earlier result that cannot be read keeps no new run from beginning."""
    name = earlier(open_, "base.a")
    store.find(name).result.write_text(text, encoding="utf-8")
    assert open_(LATEST).recording.run.based_on == ""


def test_other_scenarios_do_not_double_points(open_: Open, tmp_path: Path) -> None:
    """When a criterion has moved to another scenario since, it is still counted once."""
    name = earlier(open_, "base.a", "base.b", "next.c")
    apart = "Feature: base\n  Scenario: base is done\n    Then base.a holds\n  Scenario: more\n    Then base.b holds\n"
    moved = load(tmp_path / "moved", replace(COURSE[0], feature=apart), COURSE[1])
    run = open_(name, moved).recording.run
    assert run.based_on == name
    assert sorted(c.id for c in run.criteria) == ["base.a", "base.b", "next.c"]
    assert run.score.possible == 100
    assert found(run, "next.c").as_of == name


# On disk


def test_full_disk_does_not_end_the_grading(open_: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A result that cannot be written leaves the one before, and the next one is written when there is room."""
    monkeypatch.setattr(session, "SAVE_EVERY_SECONDS", 0)
    begun = open_()
    begun.save()
    before = begun.folder.result.read_bytes()
    draft = begun.folder.path / "result.json.new"
    draft.symlink_to("/dev/full")
    begun.recording.finish("finished")
    begun.save()
    assert begun.folder.result.read_bytes() == before
    draft.unlink()
    begun.save()
    assert begun.folder.load().ended == "finished"


def test_result_is_not_written_after_every_sentence(open_: Open) -> None:
    """Within two seconds the result is written once: the evidence holds the rest."""
    begun = open_()
    begun.save()
    begun.recording.finish("finished")
    begun.save()
    assert begun.folder.load().ended == "running"
