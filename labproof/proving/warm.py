"""Runs `labproof` in a process of its own each time, forked from one that has imported everything already.

A proof grades a hundred times; what each run would spend on imports alone adds up to minutes.
"""

import multiprocessing
import os
import runpy
import sys
from collections.abc import Mapping
from multiprocessing.context import ForkServerContext
from pathlib import Path

from labproof.ground.errors import LabError

_NEEDED = ("labproof.cli", "labproof.session.connecting", "labproof.session.course_run")


def run(arguments: list[str], terminal: Path, environment: Mapping[str, str], seconds: float) -> int:
    """Run `labproof` with these arguments and return its exit status; what it shows goes into `terminal`.

    `seconds` is the deadline. Raises LabError when it is not met.
    """
    terminal.parent.mkdir(parents=True, exist_ok=True)
    child = _context().Process(target=_labproof, args=(arguments, str(terminal), dict(environment)))
    child.start()
    child.join(seconds)
    if child.is_alive():
        child.terminate()
        child.join()
        raise LabError(f"expected labproof {' '.join(arguments)} to end within {seconds:.0f} s; see {terminal}")
    return child.exitcode or 0


def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(_NEEDED))
    return context


def _labproof(arguments: list[str], terminal: str, environment: dict[str, str]) -> None:
    os.environ.update(environment)
    shown = os.open(terminal, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    for stream in (1, 2):
        os.dup2(shown, stream)
    # By its name, as anybody starts it: the command line knows the proof, and not the other way round.
    sys.argv[1:] = arguments
    runpy.run_module("labproof", run_name="__main__", alter_sys=True)
