"""Running `labproof` in warm processes of its own."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from labproof.ground.errors import LabError
from labproof.ground.wait import Deadline, wait_until
from labproof.host import warm

STUBBORN = """\
import os, pathlib, signal, subprocess, sys, threading
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen(["sleep", "600"])
pathlib.Path(sys.argv[1]).write_text(f"{os.getpid()} {child.pid}")
threading.Event().wait()
"""
STARTER = """\
import pathlib, sys
from labproof.host import warm
if __name__ == "__main__":
    running = warm.start(sys.argv[2:], pathlib.Path(sys.argv[2]).with_name("terminal"), {}, sys.argv[1])
    running.join(600)
"""
PATIENT = STUBBORN.replace("signal.signal(signal.SIGTERM, signal.SIG_IGN)\n", "")


def pids(told: Path) -> list[int]:
    """Return the processes that a program tells of, once it has begun."""
    wait_until(told.exists, bool, Deadline(30), "the program to begin", every=0.05)
    text = wait_until(told.read_text, lambda said: len(said.split()) == 2, Deadline(5), "its processes", every=0.05)
    return [int(pid) for pid in text.split()]


def is_gone(pid: int) -> bool:
    """Tell whether a process has ended, also where nobody has taken note of that yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_a_process_with_threads_is_not_forked() -> None:
    """A lock that another thread holds would stay held in a fork for ever."""
    begun, ended = threading.Event(), threading.Event()
    other = threading.Thread(target=lambda: (begun.set(), ended.wait(30)))
    other.start()
    begun.wait(30)
    try:
        assert not warm.can_fork()
    finally:
        ended.set()
        other.join()
    alone = [sys.executable, "-c", "from labproof.host import warm; print(warm.can_fork())"]
    said = subprocess.run(alone, capture_output=True, text=True, timeout=60, check=True).stdout
    assert said.strip() == str(sys.platform == "linux")


def test_a_command_runs_apart_and_shows_what_it_says(tmp_path: Path) -> None:
    """What the command shows goes into a file, its exit status comes back, and nothing of it stays here."""
    terminal = tmp_path / "terminal.txt"
    status = warm.run(["verify-evidence", "no-such-run"], terminal, {"LABPROOF_RUNS": str(tmp_path)}, 60)
    assert status == 2
    assert "no run 'no-such-run'" in terminal.read_text()


def test_a_command_that_does_not_end_is_ended(tmp_path: Path) -> None:
    """A command that is not done in time is ended, and that is an error of ours."""
    with pytest.raises(LabError, match="to end within"):
        warm.run(["--help"], tmp_path / "terminal.txt", {}, 0)


def test_a_command_that_does_not_heed_is_killed_with_what_it_started(tmp_path: Path) -> None:
    """What asks in vain kills in the end, and nothing that the command has started is left."""
    (tmp_path / "stubborn.py").write_text(STUBBORN)
    told = tmp_path / "pids"
    running = warm.start([str(told)], tmp_path / "terminal.txt", {}, str(tmp_path / "stubborn.py"))
    both = pids(told)
    warm.end([running], 0.2)
    assert running.status == -signal.SIGKILL
    wait_until(lambda: all(map(is_gone, both)), bool, Deadline(10), "both processes to end", every=0.05)


@pytest.mark.parametrize("program", [PATIENT, STUBBORN], ids=["heeds", "does not heed"])
def test_a_command_ends_with_whoever_started_it(tmp_path: Path, program: str) -> None:
    """A starter that is killed leaves no command behind that goes on with a lab, whether or not that heeds."""
    (tmp_path / "program.py").write_text(program)
    (tmp_path / "starter.py").write_text(STARTER)
    told = tmp_path / "pids"
    line = [sys.executable, str(tmp_path / "starter.py"), str(tmp_path / "program.py"), str(told)]
    starter = subprocess.Popen(line)
    command, left = pids(told)
    try:
        starter.kill()
        starter.wait()
        wait_until(lambda: is_gone(command), bool, Deadline(warm.GRACE_SECONDS + 10), "the command to end", every=0.05)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(left, signal.SIGKILL)
