"""Running a program on this computer: a deadline, its output kept, a failure that says what it was."""

import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from labproof.ground.errors import HostError, LabError

TAIL_LINES = 12


def tail(text: str, lines: int = TAIL_LINES) -> str:
    """Return the last lines of a text, indented as evidence under a message."""
    kept = [line for line in text.splitlines() if line.strip()][-lines:]
    return "\n".join(f"  {line}" for line in kept)


def run_checked(
    argv: Sequence[str],
    *,
    seconds: float,
    hint: str = "",
    error: type[LabError] = HostError,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: str = "",
) -> str:
    """Run a program and return its standard output; raise `error` with its last lines when it fails.

    `seconds` is the deadline. `hint` says what a person can try.
    """
    try:
        done = subprocess.run(
            argv,
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=seconds,
            env=_environment(env or {}),
            cwd=cwd,
            check=False,
        )
    except FileNotFoundError as missing:
        raise error(_message(argv, f"{argv[0]} is not installed", "", hint)) from missing
    except subprocess.TimeoutExpired as late:
        raise error(_message(argv, f"no end after {seconds:.0f} s", "", hint)) from late
    if done.returncode != 0:
        raise error(_message(argv, f"exit status {done.returncode}", done.stderr or done.stdout, hint))
    return done.stdout


def succeeds(argv: Sequence[str], *, seconds: float) -> bool:
    """Tell whether a program ends with status 0 in time; its output does not matter."""
    try:
        done = subprocess.run(argv, capture_output=True, timeout=seconds, check=False, env=_environment({}))
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    """Return an environment of a program's own.

    Without one it gets this process's by reference, and cannot be started while another thread changes that: EFAULT.
    pytest does so for each phase of a test.
    """
    return {**os.environ, **more}


def _message(argv: Sequence[str], found: str, output: str, hint: str) -> str:
    lines = [f"expected success of: {shlex.join(argv)}", f"  found: {found}"]
    if output:
        lines.append(tail(output))
    if hint:
        lines.append(f"  try: {hint}")
    return "\n".join(lines)
