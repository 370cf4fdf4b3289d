"""What happens in a run becomes records: sentences, criteria and scenarios, in step with pytest-bdd."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any

from labproof.connection.base import Purpose
from labproof.grading import step_notes, unjudged
from labproof.grading.authors import Authors
from labproof.grading.current import Current
from labproof.grading.judging import Judge
from labproof.grading.known_mistakes import recognise
from labproof.grading.rubric import Entry
from labproof.grading.settling import Seen
from labproof.grading.surroundings import Surroundings
from labproof.grading.syllabus import ScenarioPlan, Sentence, Syllabus
from labproof.grading.turns import Part, Turn
from labproof.grading.verdicts import Verdicts
from labproof.ground import fault
from labproof.ground.errors import CheckFailed, DeadlineExceeded, NoCluster, Refused
from labproof.lab.machine import Phase
from labproof.records.evidence import EvidenceLog, now, trimmed
from labproof.records.model import (
    BROKEN,
    FINISHED,
    Authorship,
    CriterionRecord,
    Exchange,
    Mode,
    Outcome,
    RunRecord,
    ScenarioRecord,
    Score,
    Screenshot,
    SectionRecord,
    StepOutcome,
    StepRecord,
    score,
)

PERFORM, VERIFY = Mode.PERFORM, Mode.VERIFY


class Recording:
    """The records of one run."""

    def __init__(
        self,
        run: RunRecord,
        plan: Syllabus,
        judge: Judge,
        phase: Phase,
        log: EvidenceLog,
        surroundings: Surroundings | None = None,
    ) -> None:
        self.plan = plan
        self._run = run
        self._judge = judge
        self._phase = phase
        self._log = log
        self._now: Current | None = None
        self._done: dict[tuple[str, str], ScenarioRecord] = {}
        self._waiting: dict[str, Current] = {}
        """The scenarios whose work is done and whose criteria are yet to be looked at, by name."""
        self._authors = Authors(run)
        self.verdicts = Verdicts(run, plan)
        self.faults: list[BaseException] = []
        """Errors of our own in this run, which is not called finished with one of them."""
        self.surroundings = surroundings or Surroundings()

    # The run

    @property
    def run(self) -> RunRecord:
        """Return the run as it stands."""
        sections = tuple(self._section(s) for s in self._run.sections)
        return replace(self._run, sections=sections, evidence_head=self._log.head)

    @property
    def score(self) -> Score:
        """Return the score of the run as it stands."""
        return score(c for section in self._run.sections for c in self.verdicts.known(section.criteria))

    def describe(self, machines: dict[str, dict[str, str]], cluster: dict[str, str]) -> None:
        """Add to the lab's description what its machines and its cluster say of themselves."""
        lab = self._run.lab
        known = {name: {**facts, **machines.get(name, {})} for name, facts in lab.machines.items()}
        self._run = replace(self._run, lab=replace(lab, machines=known, cluster=cluster or lab.cluster))

    def give_up(self, reason: str) -> None:
        """Give one reason for everything that was not looked at, where nothing can be."""
        unseen = tuple(unjudged.unseen(section, reason) for section in self._run.sections)
        self._run = replace(self._run, sections=unseen)

    def finish(self, ended: str) -> RunRecord:
        """Close the run and return it; one in which our own code failed is broken."""
        ended = BROKEN if self.faults and ended == FINISHED else ended
        self._run = replace(self._run, finished=now(), ended=ended)
        return self.run

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
        criteria = self.verdicts.blamed(record.criteria, reason)
        self._done[(plan.section, plan.name)] = replace(record, criteria=criteria)

    # Scenarios

    def begin_scenario(self, turn: Turn, use: str) -> None:
        """Start a scenario, or go on with one whose work was done in an earlier turn."""
        # A restart takes its time before anything answers again.
        if not self.plan.rubric.exercise(turn.scenario.section).restarts:
            self.surroundings.pause()
        clock = self.surroundings.clock()
        if turn.part is Part.LOOK and (worked := self._waiting.pop(turn.scenario.name, None)):
            self._authors.resume_scenario(turn.scenario.name)
            # What lies between is nobody's time.
            self._now = replace(worked, turn=turn, clock=clock - worked.spent)
            return
        self._authors.begin_scenario(turn.scenario.name)
        self._now = Current(turn, use, self.surroundings.now(), clock)

    def end_scenario(self) -> ScenarioRecord:
        """Finish the scenario and return its record."""
        current = self._current
        spent = self.surroundings.clock() - current.clock
        if current.turn.part is not Part.LOOK:
            current.started = self.surroundings.resumed() or current.started
        criteria = self._complete(current)
        if current.turn.part is Part.WORK:
            self._waiting[current.plan.name] = replace(current, spent=spent)
        else:
            criteria = self.verdicts.blamed(criteria, current.fault)
        record = ScenarioRecord(
            name=current.plan.name,
            use=current.use,
            started=current.started,
            seconds=round(spent, 3),
            steps=tuple(current.steps),
            criteria=criteria,
        )
        self._done[(current.plan.section, current.plan.name)] = record
        self._now = None
        return self.verdicts.settled(record)

    def abandon_scenario(self) -> None:
        """Close a scenario that an error of ours has kept from its end, if there is one."""
        if self._now is not None:
            self.end_scenario()

    def has_seen(self, plan: ScenarioPlan) -> bool:
        """Tell whether a scenario was looked at, in this run or in one that it continues."""
        return plan.name not in self._waiting and self._record(plan).use != "none"

    @property
    def last_section(self) -> SectionRecord:
        """Return the section of the scenario that ended last."""
        section_id = next(reversed(self._done))[0]
        return next(s for s in self.run.sections if s.id == section_id)

    # Sentences

    def begin_sentence(self, sentence: Sentence) -> None:
        """Say which sentence is carried out next."""
        self._current.sentence, self._current.remark = sentence, ""

    def remark(self, how: str) -> None:
        """Keep how the work of the current sentence was done, for the note beside it."""
        self._current.remark = how

    def beforehand(self) -> AbstractContextManager[None]:
        """Look at the criteria before the work: what holds already was found, not made."""
        return self._asking(Purpose.BEFORE)

    def acting(self) -> AbstractContextManager[None]:
        """Do the work: what goes to a machine, its API or its pages meanwhile may change them."""
        return self._asking(Purpose.ACT)

    def visiting(self) -> AbstractContextManager[None]:
        """Do work that leaves nothing behind."""
        return self._asking(Purpose.VISIT)

    def showing(self) -> AbstractContextManager[None]:
        """Look only to show what is there: no judgement, and no replay of one, is given these answers."""
        return self._asking(Purpose.SHOW)

    def show(self, screenshot: Screenshot) -> None:
        """Keep a picture of a page."""
        self._run = replace(self._run, screenshots=(*self._run.screenshots, screenshot))

    @property
    def is_done_already(self) -> bool:
        """Tell whether every criterion of the scenario held before any work."""
        return self._authors.found_all(self.plan.entries(self._current.plan))

    def carry_out(self, sentence_function: Callable[[], Any]) -> None:
        """Carry out the current sentence and record what became of it; only an interrupt passes through."""
        current = self._current
        assert current.sentence is not None
        entry = self._entry(current) if current.sentence.kind == "then" else None
        if self._phase.purpose is Purpose.BEFORE:
            if entry is not None:
                self._look_beforehand(entry, sentence_function)
            return
        if not current.turn.includes(current.sentence):
            return
        if entry is not None:
            if reason := self._absence(entry):
                self._skip(entry, reason, current)
                return
            self._judge.begin(self._wait(entry, current.use), is_made_now=current.use == PERFORM)
        clock, started, problem = self.surroundings.clock(), self.surroundings.now(), None
        with self._log.collect() as seen:
            try:
                sentence_function()
            except Exception as caught:
                problem = caught
        seconds = self.surroundings.clock() - clock
        if entry is not None:
            self._judge_criterion(entry, problem, started, tuple(seen), current)
            self._add_step(current, StepOutcome(self.verdicts.outcome(entry.id)), seconds, "", ())
        else:
            self._close_work(current, problem, seconds, tuple(seen))

    @contextmanager
    def _asking(self, purpose: Purpose) -> Iterator[None]:
        self._phase.purpose = purpose
        try:
            yield
        finally:
            self._phase.purpose = Purpose.OBSERVE

    def _close_work(
        self, current: Current, problem: Exception | None, seconds: float, seen: tuple[Exchange, ...]
    ) -> None:
        """Record a sentence that is no criterion: the work that was done, or what the scenario starts from."""
        assert current.sentence is not None
        is_work = current.sentence.kind == "when" and not current.is_visit
        if is_work and self._is_fresh(current.plan.section, current.use):
            self._judge.forget()
        if is_work and current.use == PERFORM and not self.is_done_already:
            self._authors.work_on(current.plan.section)
        current.acted += () if current.is_visit else seen  # what a page shows in passing is no symptom
        if problem is not None and step_notes.is_ours(problem):
            self.faults.append(problem)
        outcome = self._left_out(current) if problem is None else step_notes.outcome_of(problem)
        note = step_notes.note(problem, outcome, self._way_back(current)) or current.remark
        self._add_step(current, outcome, seconds, note, seen)

    def _judge_criterion(
        self, entry: Entry, problem: Exception | None, started: str, seen: tuple[Exchange, ...], current: Current
    ) -> None:
        """Record what was seen of a criterion, and settle all that it may have been the cause of."""
        finding, source = self._judge.finding, entry.source
        if problem is not None and step_notes.is_ours(problem):
            self.faults.append(problem)
        what = Seen(entry, problem, finding.broken, unjudged.blindness(problem), self._doubt(entry, problem))
        record = CriterionRecord(
            id=entry.id,
            text=entry.text,
            points=entry.points,
            authorship=Authorship.NOBODY if problem else self._author(entry, current),
            expected=finding.expected,
            found=finding.found,
            where=finding.where or entry.machine,
            why=source.why,
            hints=source.hints,
            try_this=source.try_this,
            started=started,
            waited=round(finding.waited, 2),
            looks=finding.looks,
            evidence=tuple(map(trimmed, seen)),
        )
        if what.is_unmet:
            slips = recognise(self.plan.rubric.slips, source.id, finding.found, (*seen, *current.acted))
            record = replace(record, slips=slips)
        current.criteria.append(record)
        self.verdicts.add(what, record, {c.id for c in current.criteria})

    def _look_beforehand(self, entry: Entry, look: Callable[[], Any]) -> None:
        if self._absence(entry):
            self._authors.note(entry.id, held=True)
            return
        if any(self._authors.lacked(need) or self.verdicts.has_failed(need) for need in entry.needs):
            self._authors.note(entry.id, held=False)
            return
        self._judge.begin(0, asks_why=False)
        try:
            look()
        except Exception:
            self._authors.note(entry.id, held=False)
        else:
            self._authors.note(entry.id, held=True)

    def _skip(self, entry: Entry, reason: str, current: Current) -> None:
        record = CriterionRecord(
            entry.id, entry.text, entry.points, outcome=Outcome.SKIPPED, reason=reason, where=entry.machine
        )
        current.criteria.append(record)
        self.verdicts.skip(entry, record)
        self._add_step(current, StepOutcome.SKIPPED, 0.0, reason, ())

    # What is asked of course and surroundings

    @property
    def _current(self) -> Current:
        assert self._now is not None
        return self._now

    def _entry(self, current: Current) -> Entry | None:
        assert current.sentence is not None
        return self.plan.rubric.by_text(current.plan.section, current.sentence.text)

    def _record(self, plan: ScenarioPlan) -> ScenarioRecord:
        scenarios = (s for section in self.run.sections if section.id == plan.section for s in section.scenarios)
        return next(s for s in scenarios if s.name == plan.name)

    def _absence(self, entry: Entry) -> str:
        """Return why a criterion does not apply in this lab, or nothing when it does."""
        return entry.source.absent_in.get(self._run.lab.provider, "")

    def _author(self, entry: Entry, current: Current) -> Authorship:
        return self._authors.author(entry, current.use, bool(current.plan.whens))

    def _wait(self, entry: Entry, use: str) -> float:
        """Return how long to wait, in seconds: not at all for what cannot come about any more."""
        if any(self.verdicts.has_failed(need) for need in entry.needs):
            return 0.0
        is_fresh = self._is_fresh(entry.section, use)
        return entry.source.wait if is_fresh else min(entry.source.wait, self.surroundings.patience)

    def _is_fresh(self, section: str, use: str) -> bool:
        """Tell whether things may come about in a section that did not hold before it."""
        # After a restart that was asked for, things come about again even where only the rest is verified.
        return use == PERFORM or self.plan.rubric.exercise(section).restarts

    def _doubt(self, entry: Entry, problem: Exception | None) -> str:
        """Return why what was seen may be no fault of the student's, or nothing."""
        if not isinstance(problem, CheckFailed | NoCluster | Refused | DeadlineExceeded):
            return ""
        if lost := [name for name in self.surroundings.lost_machines() if entry.machine in ("", name)]:
            return f"{lost[0]} stopped answering, and this may follow from it"
        if isinstance(problem, Refused) and self.surroundings.is_cluster_lost():
            return f"the API was well earlier in this run and is gone now: {problem}"
        return ""

    def _left_out(self, current: Current) -> StepOutcome:
        """Return what became of a sentence without a criterion in which nothing went wrong."""
        assert current.sentence is not None
        # A restart is nobody's work: whoever asks for it gets it, with whatever is graded.
        is_restart = self.plan.rubric.exercise(current.plan.section).restarts
        if current.sentence.kind != "when" or is_restart:
            return StepOutcome.PASSED
        if current.use == VERIFY:
            return StepOutcome.NOT_PERFORMED
        return StepOutcome.NOTHING_TO_DO if self.is_done_already and not current.is_visit else StepOutcome.PASSED

    def _way_back(self, current: Current) -> str:
        """Return how a person begins the current section afresh."""
        ids = [exercise.id for exercise in self.plan.rubric.exercises]
        before = ids[: ids.index(current.plan.section)]
        return f"labproof reset --to {before[-1]}" if before else "labproof down and labproof up"

    # Records

    def _add_step(
        self, current: Current, outcome: StepOutcome, seconds: float, note: str, seen: tuple[Exchange, ...]
    ) -> None:
        sentence = current.sentence
        assert sentence is not None
        kept = tuple(map(trimmed, seen))
        current.steps.append(StepRecord(sentence.keyword, sentence.text, outcome, round(seconds, 3), note, kept))

    def _complete(self, current: Current) -> tuple[CriterionRecord, ...]:
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

    def _section(self, section: SectionRecord) -> SectionRecord:
        scenarios = (self._done.get((section.id, s.name), s) for s in section.scenarios)
        return replace(section, scenarios=tuple(map(self.verdicts.settled, scenarios)))
