"""Words for an error of our own: what it is and in which file and line, without the noise of a traceback."""

import sysconfig
import traceback
from pathlib import Path

from labproof.ground.places import course_dir, engine_dir

_LONGEST = 300


def describe(problem: BaseException) -> str:
    """Return one sentence about an error that is ours: its type, its message and its place."""
    message = " ".join(_message(problem).split())
    shown = message if len(message) <= _LONGEST else f"{message[: _LONGEST - 1]}…"
    return f"an error of Labproof itself: {type(problem).__name__}: {shown} ({place(problem)})"


def in_words(problem: BaseException) -> str:
    """Return what an error says, as the system has it: without its number and what libraries put around it."""
    if isinstance(problem, OSError) and problem.strerror:
        return f"{problem.strerror}: {problem.filename}" if problem.filename else problem.strerror
    return str(problem) or type(problem).__name__


def place(problem: BaseException) -> str:
    """Return the file and line where an error arose: the last ones that are of no library, if any are."""
    if isinstance(problem, SyntaxError) and problem.filename:
        return f"{_short(problem.filename)}:{problem.lineno}"
    frames = traceback.extract_tb(problem.__traceback__)
    if not frames:
        return "nowhere"
    own = [frame for frame in frames if not _is_of_library(frame.filename)]
    last = (own or frames)[-1]
    return f"{_short(last.filename)}:{last.lineno}"


def _message(problem: BaseException) -> str:
    return problem.msg if isinstance(problem, SyntaxError) else str(problem)


def _is_of_library(name: str) -> bool:
    folders = (sysconfig.get_path("purelib"), sysconfig.get_path("stdlib"))
    return name.startswith("<") or any(Path(name).is_relative_to(folder) for folder in folders)


def _short(name: str) -> str:
    path = Path(name)
    homes = [home for home in (course_dir(), engine_dir()) if path.is_relative_to(home)]
    return str(path.relative_to(homes[0])) if homes and not _is_of_library(name) else name
