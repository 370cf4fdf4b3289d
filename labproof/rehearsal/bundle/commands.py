"""Runs the programs that build the bundle: with a log, a deadline and an error that says what to do."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from labproof.ground.errors import BundleError

LAST_LINES = 12


@dataclass(frozen=True)
class BuildCommand:
    """One program to run: its arguments, what it is for, and how many seconds it may take."""

    argv: Sequence[str]
    what: str
    seconds: float
    cwd: Path | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    hint: str = "read the log; the next build starts this part again from its beginning"


def run(command: BuildCommand, log: Path) -> None:
    """Run the command and append both of its streams to the log.

    Raises BundleError when the program is missing, fails or exceeds its seconds.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as stream:
        stream.write(f"\n$ {' '.join(command.argv)}\n".encode())
        stream.flush()
        code = _wait(command, stream.fileno())
    if code != 0:
        ended = f"did not end within {command.seconds:.0f} s" if code is None else f"ended with exit code {code}"
        raise BundleError(
            f"{command.what}: {command.argv[0]} {ended}\n{tail(log)}\n  log: {log}\n  try: {command.hint}"
        )


@contextlib.contextmanager
def beside(command: BuildCommand, log: Path) -> Iterator[None]:
    """Run a command beside what is done meanwhile, and end it then: it only makes ready what is made in any case.

    Raises BundleError when the program is missing; how it ends is seen where its work is used.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as stream:
        process = _started(command, stream.fileno())
        try:
            yield
        finally:
            _end(process)


def output(
    argv: Sequence[str], seconds: float = 60, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> str:
    """Return what a short command prints. Raises BundleError when it is missing, fails or hangs."""
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=seconds, check=False, cwd=cwd, env=env)
    except FileNotFoundError as missing:
        raise _not_found(argv[0]) from missing
    except subprocess.TimeoutExpired as late:
        raise BundleError(f"{argv[0]} gave no answer within {seconds:.0f} s: {' '.join(argv)}") from late
    if done.returncode != 0:
        last = "\n".join(f"  | {line}" for line in done.stderr.splitlines()[-LAST_LINES:])
        raise BundleError(f"{' '.join(argv)}: exit code {done.returncode}\n{last}")
    return done.stdout


def tail(log: Path, count: int = LAST_LINES) -> str:
    """Return the last lines of a log, each marked as a quotation."""
    lines = log.read_text(errors="replace").splitlines()[-count:]
    return "\n".join(f"  | {line}" for line in lines)


def _wait(command: BuildCommand, stream: int) -> int | None:
    """Return the exit code, or None when the deadline has passed and the whole process group was ended."""
    process = _started(command, stream)
    try:
        return process.wait(command.seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        _end(process)


def _started(command: BuildCommand, stream: int) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(
            command.argv,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            cwd=command.cwd,
            env=dict(command.env) or None,
            start_new_session=True,
        )
    except FileNotFoundError as missing:
        raise _not_found(command.argv[0]) from missing


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End what still runs; a compiler has children of its own, which Ctrl-C does not reach in their own session."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _not_found(program: str) -> BundleError:
    return BundleError(
        f"the program {program} is not on this computer\n"
        "  try: run as root on Debian 12, where the build installs what it needs by itself"
    )
