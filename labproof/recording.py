"""What happens in a run becomes records: sentences, criteria, outcomes, and who brought them about."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from labproof import fault, step_notes, unjudged
from labproof.connection.base import Purpose
from labproof.errors import CheckFailed, LabError, NoCluster, Refused
from labproof.evidence import EvidenceLog, now
from labproof.judging import Judge
from labproof.machine import Phase
from labproof.model import (
    BROKEN,
    FINISHED,
    Authorship,
    CriterionRecord,
    Exchange,
    Mode,
    Outcome,
    RunRecord,
    ScenarioRecord,
    SectionRecord,
    StepOutcome,
    StepRecord,
)
from labproof.plan import Plan, ScenarioPlan, Sentence
from labproof.rubric import Entry
from labproof.slips import recognise

PERFORM, VERIFY = Mode.PERFORM, Mode.VERIFY
_KEPT_IN_RESULT = 4000


@dataclass
class _Current:
    """The scenario that runs at the moment."""

    plan: ScenarioPlan
    use: str
    started: str
    clock: float
    sentence: Sentence | None = None
    steps: list[StepRecord] = field(default_factory=list)
    criteria: list[CriterionRecord] = field(default_factory=list)
    acted: list[Exchange] = field(default_factory=list)
    fault: str = ""


class Recording:
    """The records of one run, kept in step with what pytest-bdd carries out."""

    def __init__(self, run: RunRecord, plan: Plan, judge: Judge, phase: Phase, log: EvidenceLog) -> None:
        self.plan = plan
        self._run = run
        self._judge = judge
        self._phase = phase
        self._log = log
        self._before: dict[str, bool] = {}
        self._worked_on: set[str] = set()
        self._now: _Current | None = None
        self._done: dict[tuple[str, str], ScenarioRecord] = {}
        self._known = {c.id: c for c in run.criteria}
        self._judged: set[str] = set()
        self.faults: list[BaseException] = []
        """Errors of our own in this run, which is not called finished with one of them."""
        self.patience = 15.0
        """How long verifying waits at most, in seconds: what was finished need not come about any more."""
        self.is_cluster_lost: Callable[[], bool] = lambda: False
        self.lost_machines: Callable[[], list[str]] = list
        self.now: Callable[[], str] = now
        self.clock: Callable[[], float] = time.monotonic
        """What the time is, for people and in seconds: of a recording, when it was made."""

    @property
    def run(self) -> RunRecord:
        """Return the run as it stands."""
        sections = tuple(self._section(s) for s in self._run.sections)
        return replace(self._run, sections=sections, evidence_head=self._log.head)

    def describe(self, machines: dict[str, dict[str, str]], cluster: dict[str, str]) -> None:
        """Add to the lab's description what its machines and its cluster say of themselves."""
        lab = self._run.lab
        known = {name: {**facts, **machines.get(name, {})} for name, facts in lab.machines.items()}
        self._run = replace(self._run, lab=replace(lab, machines=known, cluster=cluster or lab.cluster))

    def give_up(self, reason: str) -> None:
        """Give one reason for everything that was not looked at, where nothing can be."""
        self._run = replace(self._run, sections=tuple(_unseen(section, reason) for section in self._run.sections))

    def finish(self, ended: str) -> RunRecord:
        """Close the run and return it; one in which our own code failed is broken."""
        ended = BROKEN if self.faults and ended == FINISHED else ended
        self._run = replace(self._run, finished=now(), ended=ended)
        return self.run

    def begin_scenario(self, plan: ScenarioPlan, use: str) -> None:
        """Start a scenario; nothing is known yet of what it finds done already."""
        self._before = {}
        self._now = _Current(plan, use, self.now(), self.clock())

    def blame(self, plan: ScenarioPlan | None, problem: BaseException) -> None:
        """Note an error of our own; what it kept a scenario from judging is undetermined for that reason."""
        if not any(known is problem for known in self.faults):
            self.faults.append(problem)
        reason = fault.describe(problem)
        if plan is None:
            return
        if self._now is not None and self._now.plan == plan:
            self._now.fault = reason
            return
        record = self._record(plan)
        self._done[(plan.section, plan.name)] = replace(record, criteria=self._blamed(record.criteria, reason))

    def has_seen(self, plan: ScenarioPlan) -> bool:
        """Tell whether a scenario was run, in this run or in one that it continues."""
        return self._record(plan).use != "none"

    def _record(self, plan: ScenarioPlan) -> ScenarioRecord:
        scenarios = (s for section in self.run.sections if section.id == plan.section for s in section.scenarios)
        return next(s for s in scenarios if s.name == plan.name)

    def abandon_scenario(self) -> None:
        """Close a scenario that an error of ours has kept from its end, if there is one."""
        if self._now is not None:
            self.end_scenario()

    def begin_sentence(self, sentence: Sentence) -> None:
        """Say which sentence is carried out next."""
        assert self._now is not None
        self._now.sentence = sentence

    def beforehand(self) -> AbstractContextManager[None]:
        """Look at the criteria before the work: what holds already was found, not made."""
        return self._asking(Purpose.BEFORE)

    def acting(self) -> AbstractContextManager[None]:
        """Do the work: what goes to a machine, its API or its pages meanwhile may change them."""
        return self._asking(Purpose.ACT)

    @contextmanager
    def _asking(self, purpose: Purpose) -> Iterator[None]:
        self._phase.purpose = purpose
        try:
            yield
        finally:
            self._phase.purpose = Purpose.OBSERVE

    @property
    def is_done_already(self) -> bool:
        """Tell whether every criterion of the scenario held before any work."""
        assert self._now is not None
        entries = self.plan.entries(self._now.plan)
        return bool(entries) and all(self._before.get(entry.id, False) for entry in entries)

    def carry_out(self, sentence_function: Callable[[], Any]) -> None:
        """Carry out the current sentence and record what became of it; only an interrupt passes through."""
        current = self._now
        assert current is not None
        assert current.sentence is not None
        is_then = current.sentence.kind == "then"
        entry = self._entry(current) if is_then else None
        if self._phase.purpose is Purpose.BEFORE:
            if entry is not None:
                self._look_beforehand(entry, sentence_function)
            return
        if entry is not None:
            if reason := self._absence(entry):
                self._skip(entry, reason, current)
                return
            self._judge.begin(self._wait(entry, current.use))
        clock, started, problem = self.clock(), self.now(), None
        with self._log.collect() as seen:
            try:
                sentence_function()
            except Exception as caught:
                problem = caught
        seconds = self.clock() - clock
        if entry is not None:
            record = self._criterion(entry, problem, started, tuple(seen), current)
            self._keep(record, current)
            self._add_step(current, StepOutcome(record.outcome), seconds, "", ())
        else:
            if current.sentence.kind == "when" and current.use == PERFORM and not self.is_done_already:
                self._worked_on.add(current.plan.section)
            current.acted += seen
            if problem is not None and step_notes.is_ours(problem):
                self.faults.append(problem)
            outcome = self._left_out(current) if problem is None else step_notes.outcome_of(problem)
            self._add_step(current, outcome, seconds, step_notes.note(problem, outcome), tuple(seen))

    def end_scenario(self) -> ScenarioRecord:
        """Finish the scenario and return its record."""
        current = self._now
        assert current is not None
        record = ScenarioRecord(
            name=current.plan.name,
            use=current.use,
            started=current.started,
            seconds=round(self.clock() - current.clock, 3),
            steps=tuple(current.steps),
            criteria=self._blamed(self._complete(current), current.fault),
        )
        self._done[(current.plan.section, current.plan.name)] = record
        self._now = None
        return record

    def _blamed(self, criteria: tuple[CriterionRecord, ...], reason: str) -> tuple[CriterionRecord, ...]:
        """Return the criteria; with a reason, those that were not judged in this run are undetermined for it."""
        if not reason:
            return criteria
        blamed = {
            entry.id: unjudged.record(entry, reason)
            for entry in (self.plan.rubric.entries[c.id] for c in criteria if c.id not in self._judged)
        }
        self._known |= blamed
        return tuple(blamed.get(c.id, c) for c in criteria)

    def _complete(self, current: _Current) -> tuple[CriterionRecord, ...]:
        """Return every criterion of a scenario; one that an interrupt kept us from stays as it was known."""
        judged = {c.id: c for c in current.criteria}
        before = {
            c.id: c
            for section in self._run.sections
            if section.id == current.plan.section
            for scenario in section.scenarios
            if scenario.name == current.plan.name
            for c in scenario.criteria
        }
        return tuple({**before, **judged}.values())

    def _absence(self, entry: Entry) -> str:
        """Return why a criterion does not apply in this lab, or nothing when it does."""
        return entry.source.absent_in.get(self._run.lab.provider, "")

    def _skip(self, entry: Entry, reason: str, current: _Current) -> None:
        record = CriterionRecord(
            id=entry.id,
            text=entry.text,
            points=entry.points,
            outcome=Outcome.SKIPPED,
            reason=reason,
            where=entry.machine,
        )
        self._keep(record, current)
        self._add_step(current, StepOutcome.SKIPPED, 0.0, reason, ())

    def _keep(self, record: CriterionRecord, current: _Current) -> None:
        current.criteria.append(record)
        self._known[record.id] = record
        self._judged.add(record.id)

    @property
    def last_section(self) -> SectionRecord:
        """Return the section of the scenario that ended last."""
        section_id = next(reversed(self._done))[0]
        return next(s for s in self.run.sections if s.id == section_id)

    def has_judged(self, id_: str) -> bool:
        """Tell whether this run has come to a criterion."""
        return any(c.id == id_ for record in self._done.values() for c in record.criteria)

    def outcome(self, id_: str) -> Outcome:
        """Return what is known of a criterion."""
        return self._known[id_].outcome if id_ in self._known else Outcome.UNDETERMINED

    @property
    def _has_work(self) -> bool:
        assert self._now is not None
        return bool(self._now.plan.whens)

    def _entry(self, current: _Current) -> Entry | None:
        assert current.sentence is not None
        return self.plan.rubric.by_text(current.plan.section, current.sentence.text)

    def _look_beforehand(self, entry: Entry, look: Callable[[], Any]) -> None:
        if self._absence(entry):
            self._before[entry.id] = True
            return
        if any(self._before.get(need) is False or self._failed(need) for need in entry.needs):
            self._before[entry.id] = False
            return
        self._judge.begin(0)
        try:
            look()
        except Exception:
            self._before[entry.id] = False
        else:
            self._before[entry.id] = True

    def _failed(self, id_: str) -> bool:
        return id_ in self._known and self._known[id_].outcome in (Outcome.FAILED, Outcome.BLOCKED)

    def _wait(self, entry: Entry, use: str) -> float:
        """Return how long to wait, in seconds: not at all for what cannot come about any more."""
        if any(self._failed(need) for need in entry.needs):
            return 0.0
        # After a restart that was asked for, things come about again even where only the rest is verified.
        is_fresh = use == PERFORM or self.plan.rubric.exercise(entry.section).only_with == "reboot"
        return entry.source.wait if is_fresh else min(entry.source.wait, self.patience)

    def _criterion(
        self, entry: Entry, problem: Exception | None, started: str, seen: tuple[Exchange, ...], current: _Current
    ) -> CriterionRecord:
        finding, source = self._judge.finding, entry.source
        outcome, blocked_by, reason = self._classify(entry, problem)
        record = CriterionRecord(
            id=entry.id,
            text=entry.text,
            points=entry.points,
            outcome=outcome,
            authorship=self._authorship(entry, outcome, current.use),
            expected=finding.expected,
            found=finding.found,
            where=finding.where or entry.machine,
            blocked_by=blocked_by,
            reason=reason,
            why=source.why,
            hints=source.hints,
            try_this=source.try_this,
            started=started,
            waited=round(finding.waited, 2),
            looks=finding.looks,
            evidence=tuple(map(trimmed, seen)),
        )
        if outcome is not Outcome.FAILED:
            return record
        slips = self.plan.rubric.exercise(entry.section).slip
        return replace(record, slips=recognise(slips, source.id, finding.found, (*seen, *current.acted)))

    def _classify(self, entry: Entry, problem: Exception | None) -> tuple[Outcome, str, str]:
        """Return the outcome, what blocks it, and the reason where we could not see."""
        if problem is None:
            return Outcome.PASSED, "", ""
        failed = next((need for need in entry.needs if self._failed(need)), "")
        if isinstance(problem, CheckFailed | NoCluster | Refused):
            if failed:
                return Outcome.BLOCKED, self._known[failed].blocked_by or failed, ""
            unseen = next((n for n in entry.needs if self.outcome(n) is Outcome.UNDETERMINED), "")
            if unseen:
                return Outcome.UNDETERMINED, "", f"it depends on {unseen}, which could not be seen"
            lost = [name for name in self.lost_machines() if entry.machine in ("", name)]
            if lost:
                return Outcome.UNDETERMINED, "", f"{lost[0]} stopped answering, and this may follow from it"
            if isinstance(problem, Refused) and self.is_cluster_lost():
                return Outcome.UNDETERMINED, "", f"the API was well earlier in this run and is gone now: {problem}"
            return Outcome.FAILED, "", ""
        if isinstance(problem, LabError):
            return Outcome.UNDETERMINED, "", f"we could not see: {problem}"
        self.faults.append(problem)
        return Outcome.UNDETERMINED, "", fault.describe(problem)

    def _authorship(self, entry: Entry, outcome: Outcome, use: str) -> Authorship:
        if outcome is not Outcome.PASSED:
            return Authorship.NOBODY
        is_found = self._before.get(entry.id, False)
        if not self._has_work:
            # A scenario without a When judges what the section's earlier work has brought about.
            is_found = entry.section not in self._worked_on
        if use == VERIFY or is_found:
            earlier = self._run_authorship(entry.id)
            return earlier or Authorship.FOUND
        return Authorship.RUNNER

    def _run_authorship(self, id_: str) -> Authorship | None:
        """Return what an earlier attempt of this very lab, merged into this run, knew of the author."""
        known = next((c for c in self._run.criteria if c.id == id_ and c.as_of), None)
        return known.authorship if known and known.outcome is Outcome.PASSED else None

    def _add_step(
        self, current: _Current, outcome: StepOutcome, seconds: float, note: str, seen: tuple[Exchange, ...]
    ) -> None:
        sentence = current.sentence
        assert sentence is not None
        kept = tuple(map(trimmed, seen))
        current.steps.append(StepRecord(sentence.keyword, sentence.text, outcome, round(seconds, 3), note, kept))

    def _left_out(self, current: _Current) -> StepOutcome:
        """Return what became of a sentence without a criterion in which nothing went wrong."""
        assert current.sentence is not None
        # A restart is nobody's work: whoever asks for it gets it, with whatever is graded.
        is_restart = self.plan.rubric.exercise(current.plan.section).only_with == "reboot"
        if current.sentence.kind != "when" or is_restart:
            return StepOutcome.PASSED
        if current.use == VERIFY:
            return StepOutcome.NOT_PERFORMED
        return StepOutcome.NOTHING_TO_DO if self.is_done_already else StepOutcome.PASSED

    def _section(self, section: SectionRecord) -> SectionRecord:
        scenarios = tuple(self._done.get((section.id, s.name), s) for s in section.scenarios)
        return replace(section, scenarios=scenarios)


def _unseen(section: SectionRecord, reason: str) -> SectionRecord:
    """Return a section whose criteria that nobody has looked at say why."""
    scenarios = tuple(
        replace(s, criteria=tuple(c if c.looks else replace(c, reason=reason) for c in s.criteria))
        for s in section.scenarios
    )
    return replace(section, scenarios=scenarios)


def trimmed(exchange: Exchange) -> Exchange:
    """Return an exchange as it stands in the result; the evidence file keeps all of it."""
    over = len(exchange.output) - _KEPT_IN_RESULT
    if over <= 0:
        return exchange
    return replace(exchange, output=exchange.output[:_KEPT_IN_RESULT], dropped=exchange.dropped + over)


def recording_of(config: Any) -> Recording:
    """Return the recording of the session that a pytest config belongs to."""
    recording: Recording = config.stash[RECORDING]
    return recording


RECORDING = pytest.StashKey[Recording]()
