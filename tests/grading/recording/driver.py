"""Driving a recording without a lab: a course of two sections, and probes that see what a test says."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from labproof.grading import expectation
from labproof.grading.conditions import Condition
from labproof.grading.judging import Judge
from labproof.grading.recording import Recording
from labproof.grading.surroundings import Surroundings
from labproof.grading.syllabus import Sentence, Syllabus
from labproof.grading.turns import Part, Turn
from labproof.ground.wait import Clock
from labproof.lab.machine import Phase
from labproof.records.evidence import EvidenceLog
from labproof.records.model import CriterionRecord, LabDescription, Outcome, RunRecord, ScenarioRecord, SectionRecord
from tests.tiny_course import Section, criterion

PASSED, FAILED, BLOCKED = Outcome.PASSED, Outcome.FAILED, Outcome.BLOCKED
UNDETERMINED, SKIPPED = Outcome.UNDETERMINED, Outcome.SKIPPED
Probe = Callable[[], object]

SLIP = {
    "id": "swap-on",
    "criteria": ["base.b", "next.d"],
    "symptom": "swap",
    "says": "it is on",
    "try": "switch it off",
}
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
    Section("next", 2, [criterion("next.d", 50, needs=["base.c"], wait=5, grades=["kubelet"])], needs=("base",)),
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


@dataclass
class Run:
    """Drives a recording as the hooks of pytest-bdd do."""

    recording: Recording
    plan: Syllabus
    judge: Judge
    log: EvidenceLog
    phase: Phase
    slept: list[float]
    rests_on: tuple[Condition[object], ...] = ()
    """What every criterion rests on."""

    def scenario(
        self,
        section: str,
        use: str,
        probes: dict[str, Probe],
        work: Callable[[], None] = lambda: None,
        part: Part = Part.WHOLE,
    ) -> ScenarioRecord:
        """Carry out a section's scenario, or a part of it; each probe looks for its criterion."""
        (scenario,) = self.plan.of(section)
        self.recording.begin_scenario(Turn(scenario, part), use)
        if use == "perform" and part is not Part.LOOK:
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
            self.recording.carry_out(lambda: self.judge(probe, expectation.equal("ok"), "master", self.rests_on))

    def judge_one(self, section: str, id: str, probe: Probe) -> None:
        """Judge one criterion of the scenario that has begun."""
        (scenario,) = self.plan.of(section)
        (sentence,) = (s for s in scenario.thens if s.text.startswith(id))
        self._say(sentence, {id: probe}, lambda: None)

    def outcomes(self) -> dict[str, Outcome]:
        return {c.id: c.outcome for c in self.recording.run.criteria}

    def see(self, request: str, output: str) -> None:
        """Write an entry of evidence."""
        self.log.append(
            machine="master", kind="command", request=request, purpose=self.phase.purpose, started="", seconds=0.0,
            status=0, output=output,
        )  # fmt: skip


def blank(course: Syllabus) -> RunRecord:
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


def start(course: Syllabus, folder: Path, record: RunRecord | None = None, around: Surroundings | None = None) -> Run:
    time, slept = [0.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        time[0] += seconds

    judge, phase = Judge(Clock(lambda: time[0], sleep)), Phase()
    log = EvidenceLog(folder / "evidence.jsonl")
    recording = Recording(record or blank(course), course, judge, phase, log, around)
    return Run(recording, course, judge, log, phase, slept)


def base(a: Probe, b: Probe = OK, c: Probe = OK) -> dict[str, Probe]:
    return {"base.a": a, "base.b": b, "base.c": c}


def found(run: Run, id_: str) -> CriterionRecord:
    return next(c for c in run.recording.run.criteria if c.id == id_)
