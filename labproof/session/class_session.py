"""Judging many labs in one session of pytest: course, rubric and sentences are read once, each lab has a fork of it.

A plugin of pytest. What one lab does to its process, however hostile it is, is no other one's trouble.
"""

import contextlib
import ctypes
import gc
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Any

import pytest

from labproof.ground import language
from labproof.ground.errors import ConfigError, LabError
from labproof.ground.exit_status import ExitStatus, status_of
from labproof.ground.interrupts import ENDING
from labproof.host import warm
from labproof.lab import machine
from labproof.records import result
from labproof.records.model import Mode, RunRecord
from labproof.records.store import find
from labproof.session import options
from labproof.session.course_run import RUN, CourseRun
from labproof.session.opening import load_plan
from labproof.session.recorded_run import RecordedRun, begun_of, extras_of, uses_of
from labproof.session.selection import select
from labproof.showing import report

MEMORY_BYTES = 2 * 1024**3
"""Address space that judging one recording may take; a finished lab takes a tenth of it."""

LEARNT_BYTES = 4 * 1024**2
"""A result is learnt from up to this size, eight times what a finished lab leaves: no other one is made a page of."""

_M_ARENA_MAX = -8

_Work = Callable[["ClassSession"], ExitStatus]
_Then = Callable[[RunRecord, RecordedRun], None]


@dataclass(frozen=True)
class _Order:
    """What a fork is to judge: how its run is made out of the session's, where everything goes, what comes behind."""

    prepare: Callable[[pytest.Config, CourseRun], CourseRun]
    runs: Path
    terminal: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    then: _Then | None = None
    is_replay: bool = False


class ClassSession:
    """Does its work once the course is collected; meanwhile it judges labs and recordings, each in a process."""

    def __init__(self, work: _Work) -> None:
        self._work = work
        self._items: tuple[pytest.Item, ...] = ()
        self._session: pytest.Session | None = None
        self._first: tuple[ForkProcess, Path] | None = None
        self._has_learnt = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep every scenario: what a lab leaves out is chosen for each anew."""
        self._items = tuple(items)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, Any, Any]:
        """Do the work in place of the scenarios; where a lab is judged, go through them."""
        if self._session is None:
            run = session.config.stash[RUN]
            if run.refused is None and not session.testsfailed:
                self._session = session
                report.prepare()
                machine.prepare()
                run.plan.rubric.prepare()
                # pytest looks for each in its source once, and tells it with every result.
                _ = [item.location for item in self._items]
                _have_one_arena()
                # What is there by now stays: no fork looks through it for what could be thrown away.
                gc.collect()
                gc.freeze()
                run.refused = self._work(self)
            session.items.clear()
        return (yield)

    def grade(
        self, inventory: Path, base: str, runs: Path, terminal: Path, environment: Mapping[str, str]
    ) -> ForkProcess:
        """Start grading the lab of an inventory in a fork; its run goes into `runs`, what it shows into `terminal`.

        `base` is a run there of which only that is asked again that could not be seen.
        """

        def prepare(config: pytest.Config, known: CourseRun) -> CourseRun:
            config.option.inventory, config.option.undetermined = inventory, base
            return CourseRun(config, options.of(config), known.plan, known.selection)

        return self._start(_Order(prepare, runs, terminal, environment))

    def judge(self, recording: Path, runs: Path, terminal: Path, then: _Then | None = None) -> ForkProcess:
        """Start judging a recording anew in a fork; its new run goes into `runs`, what it shows into `terminal`.

        `then` is done in that process with what came of it, and with the recording.
        """

        def prepare(config: pytest.Config, known: CourseRun) -> CourseRun:
            config.option.replay = str(recording)
            return _of_recording(config, known)

        return self._start(_Order(prepare, runs, terminal, then=then, is_replay=True))

    def _start(self, order: _Order) -> ForkProcess:
        self._learn()
        order.terminal.parent.mkdir(parents=True, exist_ok=True)
        # A daemon ends with whoever has started it.
        process = multiprocessing.get_context("fork").Process(target=self._carry_out, args=(order,), daemon=True)
        process.start()
        self._first = self._first or (process, order.runs)
        return process

    def _learn(self) -> None:
        """Make the page of the first result once more, here: each fork from now on knows the words of the course.

        Nearly all texts of a page stand in every other one as well, and saying them in two languages is what they cost.
        """
        if self._has_learnt or self._first is None or (status := self._first[0].exitcode) is None:
            return
        (_, runs), self._first = self._first, None
        # What one process could make a page of, in time and with little memory, so can this one.
        if status not in (ExitStatus.FULL, ExitStatus.LOST):
            return
        # It only saves time: what is wrong with one result is nobody else's trouble.
        with contextlib.suppress(Exception):
            newest = max(runs.glob("*/result.json"))
            if newest.stat().st_size <= LEARNT_BYTES:
                report.render(result.load(newest), spoken=language.current())
                self._has_learnt = True

    def _carry_out(self, order: _Order) -> None:
        _settle_down(order.terminal, order.is_replay)
        os.environ.update({**order.environment, "LABPROOF_RUNS": str(order.runs)})
        assert self._session is not None
        session, config = self._session, self._session.config
        try:
            config.stash[RUN] = run = order.prepare(config, config.stash[RUN])
            session.items[:] = self._items
            run.choose(session.items)
            run.settle(session.items)
        except LabError as problem:
            sys.stderr.write(f"error: {problem}\n")
            sys.exit(status_of(problem))
        with contextlib.suppress(KeyboardInterrupt):
            config.hook.pytest_runtestloop(session=session)
        config.hook.pytest_sessionfinish(session=session, exitstatus=session.exitstatus)
        if order.then and run.final is not None and (recorded := run.session.recorded) is not None:
            order.then(run.final, recorded)
        sys.stderr.flush()
        sys.exit(int(session.exitstatus))


def _have_one_arena() -> None:
    """Have all threads take memory from one place: one for each costs every fork some MiB, and gains Python nothing.

    M_ARENA_MAX is of glibc (malloc.h); other libraries have no such places.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def _settle_down(terminal: Path, is_replay: bool) -> None:
    """Make a fork a process of its own: its output, its signals, its memory."""
    # Ctrl-C on the terminal is for whoever has started it, who then ends it in order.
    os.setsid()
    for number in ENDING:
        signal.signal(number, signal.SIG_DFL)
    warm.end_with_starter()
    shown = os.open(terminal, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    for stream in (1, 2):
        os.dup2(shown, stream)
    if is_replay:
        # Where there are forks there is this; a computer without them only imports the module.
        import resource

        # A recording makes many objects and hardly a cycle, and ends soon.
        gc.disable()
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def _of_recording(config: pytest.Config, known: CourseRun) -> CourseRun:
    """Return the run that judges the recording of the options; the course is read anew only for more sections."""
    asked = replace(known.options, replay=config.option.replay)
    recorded = find(asked.replay).load()
    if recorded.graded_by is not Mode.VERIFY:
        raise ConfigError([f"{asked.replay}: expected a run that only verifies, found one that did {recorded.mode}"])
    # Looking for the options of sections reads every file of the exercises.
    more = frozenset(extras_of(recorded) if recorded.sections else ()) - asked.extras
    asked = replace(asked, extras=asked.extras | more)
    plan = load_plan(asked) if more else known.plan
    selection = select(plan.rubric, asked.mode, (), "")
    return CourseRun(config, asked, plan, selection, (), uses_of(recorded), begun_of(recorded))
