"""One pytest session that runs the course: what was chosen, the lab, the scenarios as they pass, and how it ended."""

import contextlib
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, TextIO

import pytest

from labproof.authoring import unfinished
from labproof.grading.recording import PERFORM
from labproof.grading.syllabus import ScenarioPlan, Sentence, Syllabus
from labproof.grading.turns import Part
from labproof.ground.errors import ConfigError, LabError
from labproof.ground.exit_status import ExitStatus, status_of
from labproof.ground.places import course_dir
from labproof.ground.wording import say
from labproof.host import table
from labproof.records import store
from labproof.records.history import with_history
from labproof.records.model import (
    BROKEN,
    FINISHED,
    INTERRUPTED,
    CriterionRecord,
    Outcome,
    RunRecord,
    number,
)
from labproof.records.store import LATEST, find
from labproof.session import course_faults, running_order, scenario_items, screenshots
from labproof.session import options as session_options
from labproof.session.chosen import Chosen
from labproof.session.connecting import EarlyReach, MachineChoice, Reached, bring_up
from labproof.session.connecting import find as find_machines
from labproof.session.course_faults import NotMet
from labproof.session.opening import Session, begin, load_plan
from labproof.session.options import Options
from labproof.session.performing import Onlooker, Performer, Runner
from labproof.session.recorded_run import Begun, begun_of, extras_of, uses_of
from labproof.session.selection import Pick, Selection, require_known, select
from labproof.session.sentences import RECORDING
from labproof.showing import report
from labproof.showing.progress import Display, failed_work

STOPPED = "stopped early, as was asked"
UNWRITTEN = "the result could not be written"
NO_MACHINE = "no machine answered"


@dataclass
class CourseRun:
    """Everything that the plugin's hooks need to know of one session of the course."""

    config: pytest.Config
    options: Options
    plan: Syllabus
    selection: Selection
    picks: tuple[Pick, ...] = ()
    recorded: dict[str, str] = field(default_factory=dict)
    """How a recording went through each scenario, by name: it is gone through in the same way."""
    begun: dict[str, Begun] = field(default_factory=dict)
    """When a recording came to each scenario, by name: it is gone through in that order."""
    refused: ExitStatus | None = None
    """How the session ends without having looked at anything."""
    final: RunRecord | None = None
    _chosen: dict[str, Chosen] = field(default_factory=dict)
    _failures: list[str] = field(default_factory=list)
    _session: Session | None = None
    _display: Display | None = None
    _terminal: TextIO | None = None
    _record_suite: Callable[[str, object], None] | None = None

    @property
    def session(self) -> Session:
        """Return the session with the lab, which is open."""
        assert self._session is not None
        return self._session

    @property
    def display(self) -> Display:
        """Return what tells a person how it goes."""
        assert self._display is not None
        return self._display

    def refuse(self, problem: Exception) -> None:
        """Say what is wrong, once, and let the session end without a look at the lab."""
        if isinstance(problem, LabError):
            sys.stderr.write(say(f"error: {problem}") + "\n")
            self.refused = status_of(problem)
        else:
            course_faults.keep(self.config, problem)
            self.refused = ExitStatus.OURS

    # Choosing

    def choose(self, items: list[pytest.Item]) -> None:
        """Leave out the scenarios that were not asked for. Raises ConfigError for one that there is not."""
        require_known(self.picks, self.plan, scenario_items.functions_by_scenario(items, self.plan))
        unseen = _unseen(self.options.undetermined) if self.options.undetermined else None
        kept: list[pytest.Item] = []
        left_out: list[pytest.Item] = []
        for item in items:
            (kept if self._is_wanted(item, unseen) else left_out).append(item)
        items[:] = kept
        self.config.hook.pytest_deselected(items=left_out)

    def _is_wanted(self, item: pytest.Item, unseen: set[tuple[str, str]] | None) -> bool:
        if not is_scenario(item):
            return True
        scenario = scenario_items.scenario_of(item, self.plan)
        if scenario is None or not self._use(scenario):
            return False
        if unseen is not None and (scenario.section, scenario.name) not in unseen:
            return False
        name = scenario_items.function_name(item)
        return not self.picks or any(pick.includes(scenario, name) for pick in self.picks)

    def _use(self, scenario: ScenarioPlan) -> str:
        use = self.selection.use(scenario.section) or ""
        return use and self.recorded.get(scenario.name, use)

    def settle(self, items: list[pytest.Item]) -> None:
        """Put what is left into the order of the run, whatever has reordered it, and remember what each item runs.

        Raises ConfigError when nothing is left to look at.
        """
        found = {item: s for item in items if (s := scenario_items.scenario_of(item, self.plan))}
        is_unhurried = not session_options.needs_order(self.config)
        later = {s for s in found.values() if s.is_later and self._use(s) == PERFORM and is_unhurried}
        at_last = {s for s in found.values() if s.is_last and self.options.mode != PERFORM and is_unhurried}
        order = running_order.arranged(self.plan, set(found.values()), later, self.begun, at_last)
        turns = [(scenario_items.for_turn(i, turn), turn) for turn in order for i in found if found[i] == turn.scenario]
        items[:] = [*(item for item in items if item not in found), *(item for item, _ in turns)]
        for item, turn in turns:
            self._chosen[item.nodeid] = Chosen(turn, self._use(turn.scenario))
        for last in {c.plan.section: c for c in self._chosen.values()}.values():
            last.ends_section = True
        if not items:
            raise ConfigError(["nothing was selected: no scenario of the course is left; widen what was asked for"])

    @property
    def is_wanted(self) -> bool:
        """Tell whether there is a scenario to run."""
        return bool(self._chosen)

    @property
    def is_partial(self) -> bool:
        """Tell whether anything is left out, only verified though the session performs, or may not be reached."""
        uses = {c.plan: c.use for c in self._chosen.values()}
        is_whole = len(uses) == len(self.plan.scenarios) and set(uses.values()) == {self.options.mode}
        return not is_whole or session_options.may_stop(self.config)

    # The lab

    def open_lab(self) -> None:
        """Bring up the lab and start the run."""
        options = self.options
        if options.undetermined:
            options = replace(options, base=options.undetermined)
        elif self.is_partial and not options.replay:
            options = replace(options, base=LATEST)
        self._terminal = _terminal()
        self._display = Display(self._terminal)
        self._display.__enter__()
        try:
            self._session = begin(options, self.plan, lambda: self._reach(options), self.display.stage)
            self.config.hook.pytest_labproof_opened(config=self.config, opened=self._session)
        except BaseException:
            self._display.__exit__(None, None, None)
            self._terminal.close()
            raise
        self.config.stash[RECORDING] = self.session.recording
        if not options.replay:
            # While the machines are at work: nobody then waits in the end for what a page needs.
            report.prepare_in_background()
        run = self.session.recording.run
        self.display.stage(f"lab: {run.lab.provider}, {run.lab.profile}")
        for problem in self.session.unreached.values():
            self.display.stage(f"not reached: {problem}")
        if run.based_on:
            self.display.stage(f"what is left out here stays as run {run.based_on} has it")

    def close_lab(self, ended: str) -> None:
        """Close the run: the result and the report are written whatever happened."""
        session, display = self.session, self.display
        if not session.has_machines:
            ended = NO_MACHINE
        try:
            if ended == FINISHED:
                session.identify()
                session.learn()
        except Exception as problem:
            self.broken(problem)
        try:
            session.close()
        except Exception as problem:
            self.broken(problem)
        finally:
            for fault in session.recording.faults:
                course_faults.keep(self.config, fault)
            self.final = run = with_history(session.recording.finish(ended))
            self._tell_suite(run)
            try:
                session.folder.save(run)
                display.finished(run, report.write(run, session.folder.path))
            except OSError as problem:
                self.final = replace(run, ended=UNWRITTEN)
                display.stage(f"error: {session.folder.path}: {problem.strerror}; free some space and grade again")
                display.stage(f"score, not written down: {run.score}")
            except Exception as problem:
                self.broken(problem)
                self.final = run = session.recording.finish(BROKEN)
                session.folder.save(run)
                display.stage(f"score, without a report: {run.score}")
            display.__exit__(None, None, None)
            assert self._terminal is not None
            # A terminal that has gone takes nothing any more.
            with contextlib.suppress(OSError):
                self._terminal.close()

    def broken(self, problem: BaseException, items: Iterable[pytest.Item] = ()) -> str:
        """Note an error of our own that kept these items from being run, if any; return how the run ends with it."""
        course_faults.keep(self.config, problem)
        recording = self.session.recording
        recording.blame(None, problem)
        recording.abandon_scenario()
        for chosen in (self._chosen[item.nodeid] for item in items if item.nodeid in self._chosen):
            if not recording.has_seen(chosen.plan):
                recording.blame(chosen.plan, problem)
        return BROKEN

    def blame(self, item: pytest.Item, problem: BaseException, has_ended: bool) -> None:
        """Note an error of our own in a scenario: what it did not judge is undetermined for that reason."""
        if self._session is None or item.nodeid not in self._chosen:
            return
        self._session.recording.blame(self._chosen[item.nodeid].plan, problem)
        if has_ended:
            self._session.recording.abandon_scenario()

    def _reach(self, options: Options) -> Reached:
        """Return the machines: brought up for a session that performs, otherwise found, perhaps begun already."""
        choice = MachineChoice(options.provider, options.inventory)
        if options.mode == PERFORM:
            return bring_up(choice, self.display.stage)
        early = next((p for p in self.config.pluginmanager.get_plugins() if isinstance(p, EarlyReach)), None)
        return early.result() if early else find_machines(choice)

    def exit_status(self) -> ExitStatus | None:
        """Return how the session ends, None where pytest's own status says it."""
        if self.final is None:
            return self.refused
        run = self.final
        if run.ended == INTERRUPTED:
            return ExitStatus.INTERRUPTED
        if run.ended not in (FINISHED, STOPPED):
            return ExitStatus.OURS
        known = [c for c in run.criteria if c.as_of or self.session.recording.verdicts.has_judged(c.id)]
        if any(c.outcome is Outcome.UNDETERMINED for c in known):
            return ExitStatus.OURS
        is_lost = any(c.outcome in (Outcome.FAILED, Outcome.BLOCKED) for c in known)
        return ExitStatus.LOST if is_lost else ExitStatus.FULL

    # The scenarios

    def before_scenario(self, request: pytest.FixtureRequest, scenario: Any) -> None:
        """Start a scenario's record; when it will be performed, look first at what is done already."""
        chosen, recording = self._chosen[request.node.nodeid], self.session.recording
        title = self.plan.rubric.exercise(chosen.plan.section).title["en"]
        self.display.scenario_started(title, scenario.name)
        if self._record_suite is None:
            self._record_suite = request.getfixturevalue("record_testsuite_property")
        recording.begin_scenario(chosen.turn, chosen.use)
        if chosen.use != PERFORM or not chosen.plan.whens or chosen.turn.part is Part.LOOK:
            return
        with recording.beforehand():
            for step in scenario.steps:
                if step.type == "then":
                    scenario_items.carry_out(request, step, self.before_sentence)

    def before_sentence(self, step: Any) -> None:
        """Tell the recording which sentence comes next."""
        self.session.begin_sentence(Sentence(step.type, step.keyword.strip(), step.name))

    def after_scenario(self, request: pytest.FixtureRequest) -> None:
        """Close a scenario's record, show it and bring the result on disk up to date."""
        chosen = self._chosen[request.node.nodeid]
        record = self.session.recording.end_scenario()
        if is_worked := chosen.turn.part is Part.WORK:
            self.display.work_finished(record)
        else:
            self.display.scenario_finished(record, self.session.recording.score)
        for criterion in self.session.recording.verdicts.take_resettled():
            self.display.resettled(criterion)
        if chosen.ends_section:
            screenshots.take(self.config, self.session, chosen.plan.section, self.display.stage)
        if not self.options.replay:  # A recording can be judged once more: its end is enough.
            self.session.save()
        if self.config.option.milestones and chosen.ends_section:
            self._keep_milestone(chosen.use)
        judged = () if is_worked else record.criteria
        request.node.user_properties += [(c.id, _told(c)) for c in judged]
        self._failures = failed_work(record) + _failures(judged)

    def raise_failures(self) -> None:
        """Fail the scenario that has just ended when a criterion was not met."""
        failures, self._failures = self._failures, []
        if failures:
            raise NotMet("\n".join(failures), pytrace=False)

    def performer(self, item: pytest.Item) -> Performer:
        """Return who does the work in a scenario."""
        if self._chosen[item.nodeid].use != PERFORM:
            return Onlooker()
        recording = self.session.recording
        return Runner(lambda: recording.is_done_already, recording.acting, recording.visiting, recording.remark)

    def _keep_milestone(self, use: str) -> None:
        """Save the machines when the section that has just ended passed in full."""
        section = self.session.recording.last_section
        if use == PERFORM and all(c.outcome is Outcome.PASSED for c in section.criteria):
            self.display.stage(f"saving the machines as they are after {section.id}")
            try:
                self.session.save_milestone(section.id)
            except LabError as problem:
                # The grading goes on: only `labproof reset` will miss this one.
                self.display.stage(f"no milestone after {section.id}: {problem}")

    def _tell_suite(self, run: RunRecord) -> None:
        """Give the score to whoever writes JUnit XML."""
        if self._record_suite is not None:
            for name in ("earned", "lost", "blocked", "undetermined", "possible"):
                self._record_suite(f"labproof.{name}", number(getattr(run.score, name)))
            self._record_suite("labproof.run", run.run)


RUN = pytest.StashKey[CourseRun]()


def prepare(config: pytest.Config, picks: Iterable[Pick]) -> CourseRun:
    """Read the course and what is asked of it. Raises ConfigError when course, rubric and options do not fit."""
    options = session_options.of(config)
    store.require_place()
    told = unfinished.problems(course_dir())
    told += [p for found in config.hook.pytest_labproof_problems(network=table.load().network) for p in found]
    plan = load_plan(options, told)
    replayed = find(options.replay).load() if options.replay else None
    if replayed and (more := frozenset(extras_of(replayed)) - options.extras):
        options = replace(options, extras=options.extras | more)
        plan = load_plan(options)
    selection = select(plan.rubric, options.mode, tuple(config.option.section), config.option.start)
    # A recording answers what was asked then.
    recorded, begun = (uses_of(replayed), begun_of(replayed)) if replayed else ({}, {})
    return CourseRun(config, options, plan, selection, tuple(picks), recorded, begun)


def is_scenario(item: pytest.Item) -> bool:
    """Tell whether an item is a scenario of the course, and not a test of ours."""
    return item.path.is_relative_to(course_dir() / "features")


def _told(criterion: CriterionRecord) -> str:
    points = f"{number(criterion.earned)} of {number(criterion.points)} points"
    return f"{criterion.outcome}, {points}"


def _failures(criteria: Iterable[CriterionRecord]) -> list[str]:
    return [
        f"{c.id}: {c.outcome}: expected {c.expected}; found {c.found}"
        + (f"; blocked by {c.blocked_by}" if c.blocked_by else "")
        + (f"; {c.reason}" if c.reason else "")
        for c in criteria
        if c.outcome not in (Outcome.PASSED, Outcome.SKIPPED)
    ]


def _unseen(run: str) -> set[tuple[str, str]]:
    """Return the scenarios in which a run could not see everything, by section and name."""
    return {
        (section.id, scenario.name)
        for section in find(run).load().sections
        for scenario in section.scenarios
        if any(c.outcome is Outcome.UNDETERMINED for c in scenario.criteria)
    }


def _terminal() -> TextIO:
    """Return a stream to the real standard output, which pytest captures: a person watches it."""
    if sys.__stdout__ is None:
        return open(os.devnull, "w", encoding="utf-8")
    # As Python's own stream is, which knows what the terminal can show: a Windows one cannot show everything.
    shown = sys.__stdout__
    return os.fdopen(os.dup(shown.fileno()), "w", encoding=shown.encoding, errors="backslashreplace")
