"""A session of the course in which many labs or recordings are judged, for the commands that do so."""

import contextlib
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from labproof.commands.common import run_course
from labproof.ground.errors import ConfigError, LabError
from labproof.ground.exit_status import ExitStatus

if TYPE_CHECKING:
    from labproof.session.class_session import ClassSession

_RUNS = "LABPROOF_RUNS"


def judge(rubric: Path | None, out: Path, work: "Callable[[ClassSession], ExitStatus]") -> ExitStatus:
    """Do the work in a session of the course, and return how it ended; nothing is written but below `out`.

    Raises what the work raises, and ConfigError on a computer that cannot do it; leaves with the session's own status
    where the work was never begun.
    """
    from labproof.session.class_session import ClassSession

    if "fork" not in multiprocessing.get_all_start_methods():
        raise ConfigError(["what was recorded is judged for a class on Linux or macOS only; on Windows use WSL"])
    done: list[ExitStatus | LabError] = []

    def guarded(judges: "ClassSession") -> ExitStatus:
        # pytest would take it for a fault of its own, and show all of its way there.
        try:
            ended = work(judges)
        except LabError as problem:
            done.append(problem)
            return ExitStatus.OURS
        done.append(ended)
        return ended

    # pytest's own capturing would take what is told while the work goes on.
    # Its memory of tests that failed lies beside the course, and each lab's process would write its own there.
    options = ["--capture=no", "-p", "no:cacheprovider", *([f"--rubric={rubric}"] if rubric else [])]
    with _runs_in(out):
        status = run_course("verify", "", None, options, ClassSession(guarded))
    if not done:
        sys.exit(status)
    if isinstance(done[0], LabError):
        raise done[0]
    return done[0]


@contextlib.contextmanager
def _runs_in(out: Path) -> Iterator[None]:
    # Where a single grading would put its runs need not be there, nor be anybody's to write in.
    before = os.environ.get(_RUNS)
    os.environ[_RUNS] = str(out)
    try:
        yield
    finally:
        if before is None:
            del os.environ[_RUNS]
        else:
            os.environ[_RUNS] = before
