"""What happens in a run becomes outcomes: one scenario after another, without a lab."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labproof import expect, plan, rubric
from labproof.connection.base import Purpose
from labproof.errors import ActionFailed, DeadlineExceeded, NoCluster, Refused, Unreachable
from labproof.evidence import EvidenceLog
from labproof.judging import Judge
from labproof.machine import Phase
from labproof.model import (
    Authorship,
    CriterionRecord,
    LabDescription,
    Outcome,
    RunRecord,
    ScenarioRecord,
    SectionRecord,
)
from labproof.plan import Plan, Sentence
from labproof.recording import Recording
from labproof.wait import Clock
from tests.tiny_course import Section, criterion, write

PASSED, FAILED, BLOCKED = Outcome.PASSED, Outcome.FAILED, Outcome.BLOCKED
UNDETERMINED, SKIPPED = Outcome.UNDETERMINED, Outcome.SKIPPED
Probe = Callable[[], object]

SLIP = {"id": "swap-on", "criteria": ["base.b"], "symptom": "swap", "says": "it is on", "try": "switch it off"}
COURSE = (
    Section(
        "base",
        1,
        [
            criterion("base.a", 10, wait=30),
            criterion("base.b", 20, needs=["base.a"], wait=30),
            criterion("base.c", 20, needs=["base.b"]),
        ],
        slips=(SLIP,),
    ),
    Section("next", 2, [criterion("next.d", 50, needs=["base.c"], wait=5)], needs=("base",)),
)


def seeing(value: object) -> Probe:
    """Return a probe that sees a value, or raises it; the right one is `ok`."""

    def probe() -> object:
        if isinstance(value, Exception):
            raise value
        return value

    return probe


def crash() -> object:
    return 1 // 0


OK, WRONG = seeing("ok"), seeing("wrong")
PROBES = [OK, WRONG, crash, seeing(Unreachable("lost")), seeing(Refused("nobody listens"))]


@dataclass
class Run:
    """Drives a recording as the hooks of pytest-bdd do."""

    recording: Recording
    plan: Plan
    judge: Judge
    log: EvidenceLog
    phase: Phase
    slept: list[float]

    def scenario(
        self, section: str, use: str, probes: dict[str, Probe], work: Callable[[], None] = lambda: None
    ) -> ScenarioRecord:
        """Carry out a section's scenario; each probe looks for its criterion."""
        (scenario,) = self.plan.of(section)
        self.recording.begin_scenario(scenario, use)
        if use == "perform":
            with self.recording.beforehand():
                for sentence in scenario.thens:
                    self._say(sentence, probes, work)
        for sentence in scenario.sentences:
            self._say(sentence, probes, work)
        return self.recording.end_scenario()

    def _say(self, sentence: Sentence, probes: dict[str, Probe], work: Callable[[], None]) -> None:
        self.recording.begin_sentence(sentence)
        if sentence.kind == "when":
            self.recording.carry_out(work)
        else:
            probe = probes[sentence.text.split()[0]]
            self.recording.carry_out(lambda: self.judge(probe, expect.equal("ok"), "master"))

    def outcomes(self) -> dict[str, Outcome]:
        return {c.id: c.outcome for c in self.recording.run.criteria}

    def see(self, request: str, output: str) -> None:
        """Write an entry of evidence."""
        self.log.append(
            machine="master", kind="command", request=request, purpose=self.phase.purpose, started="", seconds=0.0,
            status=0, output=output,
        )  # fmt: skip


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    root = tmp_path_factory.mktemp("course")
    loaded = plan.load(rubric.load(write(root, *COURSE)), root / "features")
    assert loaded.problems() == []
    return loaded


def blank(course: Plan) -> RunRecord:
    sections = tuple(
        SectionRecord(
            e.id,
            e.title,
            e.handout,
            tuple(
                ScenarioRecord(
                    s.name, "none", criteria=tuple(CriterionRecord(i.id, i.text, i.points) for i in course.entries(s))
                )
                for s in course.of(e.id)
            ),
        )
        for e in course.rubric.exercises
    )
    return RunRecord("run", "perform", "", LabDescription("rehearsal", "none"), "", sections)


def start(course: Plan, folder: Path, record: RunRecord | None = None) -> Run:
    time, slept = [0.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        time[0] += seconds

    judge, phase = Judge(Clock(lambda: time[0], sleep)), Phase()
    log = EvidenceLog(folder / "evidence.jsonl")
    recording = Recording(record or blank(course), course, judge, phase, log)
    return Run(recording, course, judge, log, phase, slept)


@pytest.fixture
def run(course: Plan, tmp_path: Path) -> Iterator[Run]:
    run = start(course, tmp_path)
    yield run
    run.log.close()


def base(a: Probe, b: Probe = OK, c: Probe = OK) -> dict[str, Probe]:
    return {"base.a": a, "base.b": b, "base.c": c}


def found(run: Run, id_: str) -> CriterionRecord:
    return next(c for c in run.recording.run.criteria if c.id == id_)


def test_nothing_seen_is_undetermined(run: Run) -> None:
    """Before anything is looked at, nothing is known and nothing earned."""
    assert set(run.outcomes().values()) == {UNDETERMINED}
    assert run.recording.run.score.undetermined == 100


def test_right_state_passes(run: Run) -> None:
    """What is right passes, with its points, what was found and where."""
    record = run.scenario("base", "verify", base(OK))
    assert [c.outcome for c in record.criteria] == [PASSED] * 3
    assert run.recording.run.score.earned == 50
    assert (record.criteria[0].expected, record.criteria[0].found, record.criteria[0].where) == ("ok", "ok", "master")


def test_wrong_state_fails(run: Run) -> None:
    """What is wrong fails and says what helps."""
    run.scenario("base", "verify", base(OK, OK, WRONG))
    failed = found(run, "base.c")
    assert (failed.outcome, failed.found, failed.earned) == (FAILED, "wrong", 0)
    assert (failed.why, failed.hints, failed.try_this) == ("because", ("an idea", "a command"), "try it")


def test_one_mistake_costs_once(run: Run) -> None:
    """What fails because something else failed is blocked: the mistake is deducted once, at its root."""
    run.scenario("base", "verify", base(WRONG, WRONG, WRONG))
    run.scenario("next", "verify", {"next.d": seeing(NoCluster("no cluster"))})
    assert run.outcomes() == {"base.a": FAILED, "base.b": BLOCKED, "base.c": BLOCKED, "next.d": BLOCKED}
    assert [found(run, i).blocked_by for i in ("base.b", "base.c", "next.d")] == ["base.a"] * 3
    score = run.recording.run.score
    assert (score.lost, score.blocked) == (10, 90)


def test_right_in_spite_of_a_mistake_passes(run: Run) -> None:
    """What is right all the same is not blocked."""
    run.scenario("base", "verify", base(WRONG, OK, WRONG))
    assert run.outcomes()["base.b"] is PASSED
    assert run.outcomes()["base.c"] is FAILED


@pytest.mark.parametrize("problem", [Unreachable("lost"), DeadlineExceeded("late")])
def test_blindness_is_never_counted(run: Run, problem: Exception) -> None:
    """What could not be seen is undetermined and says why; nothing is lost by it."""
    run.scenario("base", "verify", base(seeing(problem)))
    record = found(run, "base.a")
    assert record.outcome is UNDETERMINED
    assert record.reason == f"we could not see: {problem}"
    assert run.recording.run.score.lost == 0


def test_wrong_after_blindness_is_undetermined(run: Run) -> None:
    """What is wrong, but depends on what could not be seen, is undetermined and names it."""
    run.scenario("base", "verify", base(seeing(Unreachable("lost")), WRONG, OK))
    record = found(run, "base.b")
    assert (record.outcome, record.reason) == (UNDETERMINED, "it depends on base.a, which could not be seen")
    assert run.outcomes()["base.c"] is PASSED


def test_our_own_crash_is_ours(run: Run) -> None:
    """A check that breaks is undetermined, says where it broke, and the next criterion is judged."""
    run.scenario("base", "verify", base(crash))
    record = found(run, "base.a")
    assert record.outcome is UNDETERMINED
    assert record.reason.startswith("our own check broke: ZeroDivisionError")
    assert "crash, line" in record.reason
    assert run.outcomes()["base.b"] is PASSED


def test_interrupt_is_not_recorded(run: Run) -> None:
    """Ctrl-C passes through, and what was known stays known."""

    def interrupt() -> object:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run.scenario("base", "verify", base(OK, interrupt))
    assert run.recording.finish("interrupted").ended == "interrupted"
    assert run.phase.purpose is Purpose.OBSERVE


def test_interrupt_loses_no_criterion(run: Run) -> None:
    """What an interrupt kept us from is undetermined and stays in the total."""

    def interrupt() -> object:
        raise KeyboardInterrupt

    total = run.recording.run.score.possible
    with pytest.raises(KeyboardInterrupt):
        run.scenario("base", "verify", base(OK, interrupt))
    run.recording.end_scenario()
    assert run.outcomes() == {
        "base.a": PASSED,
        "base.b": UNDETERMINED,
        "base.c": UNDETERMINED,
        "next.d": UNDETERMINED,
    }
    assert run.recording.run.score.possible == total


def test_what_a_lab_has_not_is_skipped(tmp_path: Path) -> None:
    """A criterion that does not apply in this lab is not looked at, says why, and is out of the total."""
    root = write(tmp_path, Section("base", 1, [criterion("base.a", 10), criterion("base.b", 90)]))
    (path,) = root.glob("*/exercise.toml")
    said = 'absent_in = { none = "there is no such thing here" }'
    path.write_text(path.read_text().replace('id = "base.a"', f'id = "base.a"\n{said}'))
    course = plan.load(rubric.load(root), tmp_path / "features")
    run = start(course, tmp_path)
    run.scenario("base", "perform", {"base.a": crash, "base.b": OK})
    run.log.close()
    assert run.outcomes() == {"base.a": SKIPPED, "base.b": PASSED}
    assert found(run, "base.a").reason == "there is no such thing here"
    assert run.recording.run.score.possible == 90


@pytest.mark.parametrize("problem", [NoCluster("never made"), Refused("nobody listens")])
def test_a_cluster_that_never_was_is_the_students(run: Run, problem: Exception) -> None:
    """Where nothing was made and nothing listens, that is a fact, not blindness."""
    run.scenario("base", "verify", base(seeing(problem)))
    assert run.outcomes()["base.a"] is FAILED


def test_a_cluster_that_was_lost_is_not(run: Run) -> None:
    """An API that was well and is gone is undetermined: the student's work was there."""
    run.recording.is_cluster_lost = lambda: True
    run.scenario("base", "verify", base(seeing(Refused("nobody listens"))))
    assert run.outcomes()["base.a"] is UNDETERMINED
    assert "was well earlier" in found(run, "base.a").reason


def test_a_lost_machine_excuses_what_may_follow_from_it(run: Run) -> None:
    """While a machine does not answer, what the cluster shows of it is not held against anybody."""
    run.recording.lost_machines = lambda: ["node"]
    run.scenario("base", "verify", base(WRONG))
    assert found(run, "base.a").outcome is UNDETERMINED
    assert "node stopped answering" in found(run, "base.a").reason


def test_all_criteria_are_judged_after_one_failed(run: Run) -> None:
    """A scenario judges all of its criteria, and its outcome is the worst."""
    record = run.scenario("base", "verify", base(WRONG, OK, OK))
    assert [s.outcome for s in record.steps] == [PASSED, FAILED, PASSED, PASSED]
    assert record.outcome is FAILED
    assert len(record.criteria) == 3


# Who did it


def test_students_work_was_found(run: Run) -> None:
    """When only verifying, what is right was found, and what is wrong is nobody's."""
    run.scenario("base", "verify", base(OK, OK, WRONG))
    assert [c.authorship for c in run.recording.run.criteria][:3] == [
        Authorship.FOUND, Authorship.FOUND, Authorship.NOBODY,
    ]  # fmt: skip


def test_runners_work_is_the_runners(run: Run) -> None:
    """What holds only after the work was made by the runner; what held before was found."""
    worked: list[bool] = []
    probes = base(OK, lambda: "ok" if worked else "wrong", lambda: "ok" if worked else "wrong")
    run.scenario("base", "perform", probes, lambda: worked.append(True))
    assert [c.authorship for c in run.recording.run.criteria][:3] == [
        Authorship.FOUND, Authorship.RUNNER, Authorship.RUNNER,
    ]  # fmt: skip
    assert run.recording.run.score.earned == 50


def test_beforehand_is_only_looked_at(run: Run) -> None:
    """What is seen before the work is asked for that purpose, waits for nothing and counts for nothing."""
    purposes: list[Purpose] = []

    def look() -> object:
        purposes.append(run.phase.purpose)
        return "wrong" if run.phase.purpose is Purpose.BEFORE else "ok"

    record = run.scenario("base", "perform", base(look, OK, OK))
    assert purposes == [Purpose.BEFORE, Purpose.OBSERVE]
    assert run.slept == []
    assert [s.outcome for s in record.steps] == [PASSED] * 4
    assert record.criteria[0].authorship is Authorship.RUNNER


def test_nothing_is_done_twice(run: Run) -> None:
    """A scenario whose criteria all hold before the work is known to be done, and its When says so."""
    known: list[bool] = []
    record = run.scenario("base", "perform", base(OK), lambda: known.append(run.recording.is_done_already))
    assert known == [True]
    assert record.steps[0].note == "nothing to do: all of it was found done"


@pytest.mark.parametrize("blind", [WRONG, seeing(Unreachable("lost")), crash], ids=["wrong", "blind", "broken"])
def test_doubt_means_work(run: Run, blind: Probe) -> None:
    """As long as one criterion does not hold, or cannot be seen, there is work to do."""
    known: list[bool] = []
    run.scenario("base", "perform", base(OK, OK, blind), lambda: known.append(run.recording.is_done_already))
    assert known == [False]


def test_each_scenario_begins_afresh(run: Run) -> None:
    """What one scenario found done already says nothing of the next one."""
    run.scenario("base", "perform", base(OK))
    known: list[bool] = []
    run.scenario("next", "perform", {"next.d": WRONG}, lambda: known.append(run.recording.is_done_already))
    assert known == [False]


# Waiting


def test_performing_waits_as_the_rubric_says(run: Run) -> None:
    """After our own work a state has the time that the rubric gives it."""
    run.scenario("base", "perform", base(WRONG, OK, OK))
    assert 29 <= sum(run.slept) <= 30
    assert found(run, "base.a").waited == pytest.approx(30, abs=1)
    assert found(run, "base.a").looks > 50


def test_verifying_waits_less(run: Run) -> None:
    """A student's finished work needs no more patience than was asked for."""
    run.recording.patience = 4
    run.scenario("base", "verify", base(WRONG, OK, OK))
    assert 3 <= sum(run.slept) <= 4


def test_short_waits_stay_short(run: Run) -> None:
    """Patience never makes a wait longer than the rubric's."""
    run.recording.patience = 100
    run.scenario("next", "verify", {"next.d": WRONG})
    assert sum(run.slept) <= 5


@pytest.mark.parametrize("use", ["perform", "verify"])
def test_hopeless_is_not_waited_for(run: Run, use: str) -> None:
    """What needs something that failed is looked at once and not waited for."""
    run.scenario("base", use, base(WRONG, WRONG, WRONG))
    assert found(run, "base.b").looks == 1
    assert sum(run.slept) <= 30


def test_coming_about_is_waited_for(run: Run) -> None:
    """A state that comes about within the wait passes and says how long it took."""
    values = iter(["wrong", "wrong", "wrong", "ok"])
    run.scenario("base", "verify", base(lambda: next(values)))
    assert found(run, "base.a").outcome is PASSED
    assert (found(run, "base.a").looks, found(run, "base.a").waited) == (4, 1.5)


# Evidence and explanations


def test_evidence_belongs_to_its_sentence(run: Run) -> None:
    """What is asked while a criterion is judged is its evidence; what the work did is evidence of the When."""

    def look() -> object:
        run.see("cat /etc/fstab", "tmpfs")
        return "ok"

    record = run.scenario("base", "verify", base(look), lambda: run.see("swapoff -a", ""))
    assert [e.request for e in record.criteria[0].evidence] == ["cat /etc/fstab"]
    assert record.criteria[1].evidence == ()
    assert [e.request for e in record.steps[0].evidence] == ["swapoff -a"]
    assert record.steps[1].evidence == ()


def test_long_evidence_is_trimmed_in_the_result_only(run: Run) -> None:
    """The result keeps the head of a long output and counts the rest; the evidence file keeps all of it."""

    def look() -> object:
        run.see("cat", "x" * 5000)
        return "ok"

    (kept,) = run.scenario("base", "verify", base(look)).criteria[0].evidence
    assert (len(kept.output), kept.dropped) == (4000, 1000)


@pytest.mark.parametrize("where", ["found", "look", "work"])
def test_known_mistake_is_recognised(run: Run, where: str) -> None:
    """A known mistake is told with a failed criterion, wherever its symptom shows."""

    def look() -> object:
        run.see("kubeadm", "swap is on" if where == "look" else "")
        return "swap is on" if where == "found" else "wrong"

    def work() -> None:
        run.see("kubeadm init", "swap is on" if where == "work" else "")

    run.scenario("base", "perform", base(OK, look, OK), work)
    assert [s.id for s in found(run, "base.b").slips] == ["swap-on"]


def test_mistake_explains_only_what_failed(run: Run) -> None:
    """A symptom next to something that passed, or is blocked, explains nothing."""

    def look() -> object:
        run.see("kubeadm", "swap is on")
        return "wrong"

    run.scenario("base", "verify", base(WRONG, look, OK))
    assert found(run, "base.b").outcome is BLOCKED
    assert found(run, "base.b").slips == ()


@pytest.mark.parametrize(
    ("problem", "outcome"),
    [
        (ActionFailed("yum ended with 1"), FAILED),
        (Unreachable("lost"), UNDETERMINED),
        (RuntimeError("broken"), UNDETERMINED),
    ],
)
def test_work_that_fails_costs_nothing_itself(run: Run, problem: Exception, outcome: Outcome) -> None:
    """Work that fails is told in its step, and the criteria are judged by what is there."""

    def work() -> None:
        raise problem

    record = run.scenario("base", "perform", base(OK), work)
    assert (record.steps[0].outcome, record.steps[0].note) == (outcome, f"{type(problem).__name__}: {problem}")
    assert [c.outcome for c in record.criteria] == [PASSED] * 3


def test_verifying_says_that_nothing_was_done(run: Run) -> None:
    """A When that is left out says that the student's own work is graded."""
    record = run.scenario("base", "verify", base(OK))
    assert record.steps[0].note == "not performed: the student's own work is graded"


def test_run_ends_in_the_logs_head(run: Run) -> None:
    """The run names the head of its evidence, as it stands."""
    run.see("uptime", "up")
    assert run.recording.run.evidence_head == run.log.head
    finished = run.recording.finish("finished")
    assert (finished.ended, bool(finished.finished)) == ("finished", True)


# Merging with an earlier run


def merged(course: Plan, folder: Path, *known: CriterionRecord) -> Run:
    """Start a run that knows of an earlier one what is given."""
    by_id = {c.id: c for c in known}
    record = blank(course)
    sections = tuple(
        replace(
            s,
            scenarios=tuple(replace(sc, criteria=tuple(by_id.get(c.id, c) for c in sc.criteria)) for sc in s.scenarios),
        )
        for s in record.sections
    )
    return start(course, folder, replace(record, sections=sections))


def known(id_: str, outcome: Outcome, **more: object) -> CriterionRecord:
    plain = CriterionRecord(id_, f"{id_} holds", Fraction(10), outcome, as_of="earlier", looks=1)
    return replace(plain, **more)  # type: ignore[arg-type]


def test_earlier_outcomes_stay_known(course: Plan, tmp_path: Path) -> None:
    """What an earlier run knew of sections that do not run now stays, and explains what depends on it."""
    run = merged(course, tmp_path, known("base.c", FAILED))
    run.scenario("next", "verify", {"next.d": WRONG})
    assert run.outcomes()["base.c"] is FAILED
    assert (found(run, "next.d").outcome, found(run, "next.d").blocked_by) == (BLOCKED, "base.c")
    run.log.close()


def test_author_is_remembered(course: Plan, tmp_path: Path) -> None:
    """What an earlier attempt of this lab brought about is still its author's when it is verified."""
    run = merged(
        course,
        tmp_path,
        known("base.a", PASSED, authorship=Authorship.RUNNER),
        known("base.b", FAILED, authorship=Authorship.NOBODY),
    )
    run.scenario("base", "verify", base(OK))
    assert [c.authorship for c in run.recording.run.criteria][:3] == [
        Authorship.RUNNER, Authorship.FOUND, Authorship.FOUND,
    ]  # fmt: skip
    run.log.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(PROBES), min_size=4, max_size=4))
def test_points_always_add_up(course: Plan, tmp_path: Path, probes: list[Probe]) -> None:
    """Whatever is seen, all 100 points are accounted for, and a root that passed or was not seen blocks nothing."""
    run = start(course, tmp_path)
    run.scenario("base", "verify", base(*probes[:3]))
    run.scenario("next", "verify", {"next.d": probes[3]})
    run.log.close()
    score = run.recording.run.score
    assert score.possible == 100
    for record in run.recording.run.criteria:
        assert (record.outcome is BLOCKED) == bool(record.blocked_by)
        if record.blocked_by:
            assert run.outcomes()[record.blocked_by] is FAILED
