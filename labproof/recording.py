"""What happens in a run becomes records: sentences, criteria, outcomes, and who brought them about."""

import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from labproof.advice import TRY
from labproof.connection.base import Purpose
from labproof.errors import ActionFailed, CheckFailed, DeadlineExceeded, LabError, NoCluster, Refused
from labproof.evidence import EvidenceLog, now
from labproof.judging import Judge
from labproof.machine import Phase
from labproof.model import (
    Authorship,
    CriterionRecord,
    Exchange,
    Outcome,
    RunRecord,
    ScenarioRecord,
    SectionRecord,
    StepRecord,
)
from labproof.plan import Plan, ScenarioPlan, Sentence
from labproof.rubric import Entry
from labproof.settling import Seen, Settled, settle
from labproof.slips import recognise

PERFORM, VERIFY = "perform", "verify"
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
        self._earlier = {c.id: Settled(c.outcome, c.blocked_by) for c in run.criteria}
        self._seen: dict[str, Seen] = {}
        self._judged: dict[str, CriterionRecord] = {}
        self._resettled: dict[str, CriterionRecord] = {}
        self.patience = 15.0
        """How long verifying waits at most, in seconds: what was finished need not come about any more."""
        self.is_cluster_lost: Callable[[], bool] = lambda: False
        self.lost_machines: Callable[[], list[str]] = list

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

    def finish(self, ended: str) -> RunRecord:
        """Close the run and return it."""
        self._run = replace(self._run, finished=now(), ended=ended)
        return self.run

    def begin_scenario(self, plan: ScenarioPlan, use: str) -> None:
        """Start a scenario; nothing is known yet of what it finds done already."""
        self._before = {}
        self._now = _Current(plan, use, now(), time.monotonic())

    def begin_sentence(self, sentence: Sentence) -> None:
        """Say which sentence is carried out next."""
        assert self._now is not None
        self._now.sentence = sentence

    @contextmanager
    def beforehand(self) -> Iterator[None]:
        """Look at the criteria before the work: what holds already was found, not made."""
        self._phase.purpose = Purpose.BEFORE
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
        clock, started, problem = time.monotonic(), now(), None
        with self._log.collect() as seen:
            try:
                sentence_function()
            except Exception as caught:
                problem = caught
        seconds = time.monotonic() - clock
        if entry is not None:
            self._judge_criterion(entry, problem, started, tuple(seen), current)
            self._add_step(current, self.outcome(entry.id), seconds, "", ())
        else:
            if current.sentence.kind == "when" and self._is_fresh(current.plan.section, current.use):
                self._judge.forget()
            if current.sentence.kind == "when" and current.use == PERFORM and not self.is_done_already:
                self._worked_on.add(current.plan.section)
            current.acted += seen
            self._add_step(current, _step_outcome(problem), seconds, self._note(problem, current), tuple(seen))

    def _note(self, problem: Exception | None, current: _Current) -> str:
        """Return what went wrong in a sentence, and the way out of work that failed."""
        said = "" if problem is None else f"{type(problem).__name__}: {problem}"
        if not isinstance(problem, ActionFailed) or TRY in said:
            return said
        ids = [exercise.id for exercise in self.plan.rubric.exercises]
        before = ids[: ids.index(current.plan.section)]
        back = f"labproof reset --to {before[-1]}" if before else "labproof down and labproof up"
        return f"{said}{TRY}correct what it says and run it again; to begin the section afresh: {back}"

    def end_scenario(self) -> ScenarioRecord:
        """Finish the scenario and return its record."""
        current = self._now
        assert current is not None
        record = ScenarioRecord(
            name=current.plan.name,
            use=current.use,
            started=current.started,
            seconds=round(time.monotonic() - current.clock, 3),
            steps=tuple(current.steps),
            criteria=self._complete(current),
        )
        self._done[(current.plan.section, current.plan.name)] = record
        self._now = None
        return self._as_settled(record)

    def take_resettled(self) -> tuple[CriterionRecord, ...]:
        """Return the criteria of earlier scenarios that were settled otherwise since this was asked last."""
        taken, self._resettled = tuple(self._resettled.values()), {}
        return taken

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
        current.criteria.append(record)
        self._known[record.id] = record
        self._seen[record.id] = Seen(entry)
        self._judged[record.id] = record
        self._add_step(current, Outcome.SKIPPED, 0.0, reason, ())

    @property
    def last_section(self) -> SectionRecord:
        """Return the section of the scenario that ended last."""
        section_id = next(reversed(self._done))[0]
        return next(s for s in self.run.sections if s.id == section_id)

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
        self._judge.begin(0, asks_why=False)
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
        is_fresh = self._is_fresh(entry.section, use)
        return entry.source.wait if is_fresh else min(entry.source.wait, self.patience)

    def _is_fresh(self, section: str, use: str) -> bool:
        """Tell whether things may come about in a section that did not hold before it."""
        # After a restart that was asked for, things come about again even where only the rest is verified.
        return use == PERFORM or self.plan.rubric.exercise(section).only_with == "reboot"

    def _judge_criterion(
        self, entry: Entry, problem: Exception | None, started: str, seen: tuple[Exchange, ...], current: _Current
    ) -> None:
        """Record what was seen of a criterion, and settle all that it may have been the cause of."""
        finding, source = self._judge.finding, entry.source
        self._seen[entry.id] = Seen(entry, problem, finding.broken, _blindness(problem), self._doubt(entry, problem))
        record = CriterionRecord(
            id=entry.id,
            text=entry.text,
            points=entry.points,
            authorship=Authorship.NOBODY if problem else self._authorship(entry, current.use),
            expected=finding.expected,
            found=finding.found,
            where=finding.where or entry.machine,
            why=source.why,
            hints=source.hints,
            try_this=source.try_this,
            started=started,
            waited=round(finding.waited, 2),
            looks=finding.looks,
            evidence=tuple(map(_trimmed, seen)),
        )
        if self._seen[entry.id].is_unmet:
            slips = self.plan.rubric.exercise(entry.section).slip
            record = replace(record, slips=recognise(slips, source.id, finding.found, (*seen, *current.acted)))
        self._judged[entry.id] = self._known[entry.id] = record
        current.criteria.append(record)
        self._settle(current)

    def _settle(self, current: _Current) -> None:
        """Say of everything that was seen in this run what became of it, now that more is known."""
        own = {criterion.id for criterion in current.criteria}
        for id_, settled in settle(self._seen, self._earlier, self.plan.rubric.graders).items():
            record = self._judged[id_]
            if record.outcome is Outcome.SKIPPED:
                continue
            slips = record.slips if settled.outcome is Outcome.FAILED else ()
            new = replace(
                record,
                outcome=settled.outcome,
                blocked_by=settled.blocked_by,
                reason=settled.reason,
                slips=slips,
            )
            was = self._known[id_]
            if (new.outcome, new.blocked_by) != (was.outcome, was.blocked_by) and id_ not in own:
                self._resettled[id_] = new
            self._known[id_] = new

    def _doubt(self, entry: Entry, problem: Exception | None) -> str:
        """Return why what was seen may be no fault of the student's, or nothing."""
        if not isinstance(problem, CheckFailed | NoCluster | Refused | DeadlineExceeded):
            return ""
        if lost := [name for name in self.lost_machines() if entry.machine in ("", name)]:
            return f"{lost[0]} stopped answering, and this may follow from it"
        if isinstance(problem, Refused) and self.is_cluster_lost():
            return f"the API was well earlier in this run and is gone now: {problem}"
        return ""

    def _authorship(self, entry: Entry, use: str) -> Authorship:
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
        self, current: _Current, outcome: Outcome, seconds: float, note: str, seen: tuple[Exchange, ...]
    ) -> None:
        sentence = current.sentence
        assert sentence is not None
        if sentence.kind == "when" and not note:
            note = _left_out(current.use, self.is_done_already)
        kept = tuple(map(_trimmed, seen))
        current.steps.append(StepRecord(sentence.keyword, sentence.text, outcome, round(seconds, 3), note, kept))

    def _section(self, section: SectionRecord) -> SectionRecord:
        scenarios = (self._done.get((section.id, s.name), s) for s in section.scenarios)
        return replace(section, scenarios=tuple(map(self._as_settled, scenarios)))

    def _as_settled(self, scenario: ScenarioRecord) -> ScenarioRecord:
        """Return a scenario with what has become of its criteria since they were judged."""
        criteria = tuple(self._known.get(c.id, c) for c in scenario.criteria)
        outcomes = {c.text: c.outcome for c in criteria if c.id in self._judged}
        steps = tuple(replace(s, outcome=outcomes.get(s.text, s.outcome)) for s in scenario.steps)
        return replace(scenario, criteria=criteria, steps=steps)


def _blindness(problem: Exception | None) -> str:
    """Return why a criterion could not be seen; nothing for one that was seen."""
    if problem is None or isinstance(problem, CheckFailed | NoCluster | Refused):
        return ""
    if isinstance(problem, LabError):
        return f"we could not see: {problem}"
    where = traceback.extract_tb(problem.__traceback__)[-1]
    return f"our own check broke: {type(problem).__name__}: {problem} ({where.name}, line {where.lineno})"


def _step_outcome(problem: Exception | None) -> Outcome:
    if problem is None:
        return Outcome.PASSED
    return Outcome.FAILED if isinstance(problem, ActionFailed) else Outcome.UNDETERMINED


def _left_out(use: str, is_done: bool) -> str:
    if use == VERIFY:
        return "not performed: the student's own work is graded"
    return "nothing to do: all of it was found done" if is_done else ""


def _trimmed(exchange: Exchange) -> Exchange:
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
