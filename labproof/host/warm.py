"""Runs `labproof` in a process of its own each time, forked from one that has imported everything already.

A proof grades a hundred times, and so does a class; what each run would spend on imports alone adds up to minutes.
"""

import contextlib
import gc
import multiprocessing
import os
import runpy
import signal
import sys
import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.connection import wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import IO, Protocol

from labproof.ground.errors import LabError
from labproof.ground.wait import Deadline

PROGRAM = "labproof"
GRACE_SECONDS = 10.0
"""How long a command that is asked to end may take to write down what it knows."""

_NEEDED = ("labproof.cli", "labproof.session.connecting", "labproof.session.course_run", "labproof.session.preload")


class Command(Protocol):
    """What is at work for somebody, here or elsewhere: it can be waited for, asked to end, and ended."""

    @property
    def is_alive(self) -> bool:
        """Tell whether it still runs."""
        ...

    @property
    def sentinel(self) -> int:
        """Return what becomes ready when it ends."""
        ...

    def ask_to_end(self) -> None:
        """Ask it to end with what it knows."""
        ...

    def kill(self) -> None:
        """End it at once."""
        ...

    def join(self, seconds: float) -> None:
        """Wait for the end, `seconds` at most."""
        ...


class Running:
    """A command that runs in a process of its own; `status` is how it ended, minus a signal where one ended it."""

    def __init__(self, process: BaseProcess) -> None:
        self._process = process

    @property
    def is_alive(self) -> bool:
        """Tell whether the command still runs."""
        return self._process.is_alive()

    @property
    def status(self) -> int:
        """Return the exit status of a command that has ended."""
        return self._process.exitcode or 0

    @property
    def sentinel(self) -> int:
        """Return what becomes ready when the command ends."""
        return self._process.sentinel

    def ask_to_end(self) -> None:
        """Ask the command to end as Ctrl-C would, with its result and its report."""
        self._process.terminate()

    def kill(self) -> None:
        """End the command, and all that it has started, at once."""
        if (pid := self._process.pid) is not None and self.is_alive:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                # It leads a group of its own, unless it has only just begun.
                _end_group(pid)
            self._process.kill()
        self._process.join()

    def join(self, seconds: float) -> None:
        """Wait for the end, `seconds` at most."""
        self._process.join(seconds)


def start(arguments: list[str], terminal: Path, environment: Mapping[str, str], program: str = PROGRAM) -> Running:
    """Start `labproof` with these arguments; what it shows goes into `terminal`.

    It ends with the process that started it. `program` is a module, or a script that stands in for it.
    """
    terminal.parent.mkdir(parents=True, exist_ok=True)
    told = (program, arguments, str(terminal), dict(environment))
    # Python's own end waits for what is no daemon.
    child: BaseProcess = _context().Process(target=_run, args=told, daemon=True)  # type: ignore[attr-defined]
    child.start()
    return Running(child)


def run(arguments: list[str], terminal: Path, environment: Mapping[str, str], seconds: float) -> int:
    """Run `labproof` with these arguments and return its exit status; what it shows goes into `terminal`.

    `seconds` is the deadline. Raises LabError when it is not met.
    """
    running = start(arguments, terminal, environment)
    try:
        running.join(seconds)
        if running.is_alive:
            raise LabError(f"expected labproof {' '.join(arguments)} to end within {seconds:.0f} s; see {terminal}")
    finally:
        # Also where Ctrl-C ends the waiting: the command itself does not hear of it.
        end([running])
    return running.status


def pool() -> ProcessPoolExecutor:
    """Return processes for what takes time of the CPU alone, one for each CPU: what they run is sent to them whole."""
    context = multiprocessing.get_context("fork") if can_fork() else _context()
    return ProcessPoolExecutor(os.cpu_count() or 1, mp_context=context, initializer=_serve)


def end(commands: Iterable[Command], seconds: float = GRACE_SECONDS) -> None:
    """Ask commands to end, all at once, and kill those that have not done so after `seconds`."""
    left, deadline = [command for command in commands if command.is_alive], Deadline(seconds)
    try:
        for command in left:
            command.ask_to_end()
        for command in left:
            command.join(deadline.remaining)
    finally:
        for command in left:
            command.kill()


def wait_for_any(commands: Iterable[Command], seconds: float, ears: Iterable[IO[bytes]] = ()) -> None:
    """Wait until one of the commands ends, or there is something to be read at one of `ears`, `seconds` at most."""
    wait([*(command.sentinel for command in commands), *(ear.fileno() for ear in ears)], seconds)


def can_fork() -> bool:
    """Tell whether this very process can be forked, with all that it knows."""
    # A lock that another thread holds would stay held in a fork for ever; on macOS its own libraries have such threads.
    return threading.active_count() == 1 and sys.platform == "linux"


def _context() -> BaseContext:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        # Windows: each process imports what it needs itself.
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(_NEEDED))
    return context


def _end_group(pid: int) -> None:
    """End a process group at once; Windows has none, and there the process alone is ended."""
    if hasattr(os, "killpg"):
        os.killpg(pid, signal.SIGKILL)


def _run(program: str, arguments: list[str], terminal: str, environment: dict[str, str]) -> None:
    # Ctrl-C on the terminal is for whoever has started it, who then ends it in order.
    if hasattr(os, "setsid"):
        os.setsid()
    end_with_starter()
    os.environ.update(environment)
    shown = os.open(terminal, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    for stream in (1, 2):
        os.dup2(shown, stream)
    sys.argv[1:] = arguments
    # By its name, as anybody starts it: the command line knows who runs it here, and not the other way round.
    if program.endswith(".py"):
        runpy.run_path(program, run_name="__main__")
    else:
        runpy.run_module(program, run_name="__main__", alter_sys=True)


def _serve() -> None:
    # Ctrl-C on the terminal is for whoever has sent the work.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What is there by now stays: looking for what can be thrown away need not pass through it.
    gc.freeze()
    end_with_starter()


def end_with_starter() -> None:
    """Have this process end when the one that has started it is gone: as one that is asked to, then at once."""
    threading.Thread(target=_watch_starter, daemon=True).start()


def _watch_starter() -> None:
    starter = multiprocessing.parent_process()
    if starter is not None:
        wait([starter.sentinel])
        # To the process and not to this thread alone, which would not wake the one that works.
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(GRACE_SECONDS)
        # It does not heed, and nobody else is there who would end it with what it has started.
        if hasattr(os, "getpgrp") and os.getpgrp() == os.getpid():
            _end_group(os.getpid())
        os._exit(1)
