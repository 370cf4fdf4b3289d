"""Running programs with a log and a deadline."""

import fcntl
from pathlib import Path

import pytest

from labproof.ground.errors import BundleError
from labproof.ground.wait import Deadline, wait_until
from labproof.rehearsal.bundle.commands import LAST_LINES, BuildCommand, beside, output, run, tail


def test_log_holds_both_streams(tmp_path: Path) -> None:
    """Both streams of a program end in the log, after the command."""
    log = tmp_path / "logs" / "part.log"
    run(BuildCommand(["sh", "-c", "echo out; echo err >&2"], "talking", 10), log)
    assert log.read_text().splitlines()[-2:] == ["out", "err"]
    assert "$ sh -c" in log.read_text()


def test_failure_says_where_to_look(tmp_path: Path) -> None:
    """A failure names what was done, the exit code, the last lines, the log and what to try."""
    log = tmp_path / "part.log"
    command = BuildCommand(["sh", "-c", "echo no space left; exit 3"], "compiling pause", 10, hint="free some disk")
    with pytest.raises(BundleError) as raised:
        run(command, log)
    for fragment in ("compiling pause", "exit code 3", "| no space left", str(log), "try: free some disk"):
        assert fragment in str(raised.value)


def test_deadline_ends_the_whole_group(tmp_path: Path) -> None:
    """A program that hangs is ended with its children, and the deadline is named."""
    log = tmp_path / "part.log"
    with pytest.raises(BundleError, match=r"did not end within 0 s"):
        run(BuildCommand(["sh", "-c", "sleep 600 & wait"], "hanging", 0.2), log)


def test_what_runs_beside_ends_with_what_it_is_for(tmp_path: Path) -> None:
    """A command beside others has the time that they take, and leaves nothing behind that runs, whatever ended them."""
    lock, log = tmp_path / "lock", tmp_path / "part.log"
    line = f"exec 9>{lock}; flock 9; echo held; sleep 600 & wait"

    def meanwhile() -> None:
        with beside(BuildCommand(["sh", "-c", line], "making ready", 10), log):
            wait_until(log.read_text, lambda said: "held" in said.splitlines(), Deadline(30), "the lock", every=0.02)
            assert not is_free(lock)
            raise BundleError("something else failed")

    with pytest.raises(BundleError, match="something else failed"):
        meanwhile()
    # Its children die with it, if not in the same moment.
    wait_until(lambda: is_free(lock), bool, Deadline(10), "the end of all that held the lock", every=0.02)


def is_free(lock: Path) -> bool:
    with lock.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def test_missing_program(tmp_path: Path) -> None:
    """A program that is not there is named, with a way out."""
    with pytest.raises(BundleError, match=r"no-such-program is not on this computer\n  try: "):
        run(BuildCommand(["no-such-program"], "nothing", 1), tmp_path / "part.log")
    with pytest.raises(BundleError, match="no-such-program"):
        output(["no-such-program"])


def test_output_fails_loudly() -> None:
    """A short command that fails is quoted with its exit code and its last words."""
    with pytest.raises(BundleError, match=r"exit code 2\n  \| bad"):
        output(["sh", "-c", "echo bad >&2; exit 2"])


def test_tail(tmp_path: Path) -> None:
    """Only the last lines of a long log are quoted."""
    log = tmp_path / "long.log"
    log.write_text("\n".join(map(str, range(100))))
    assert tail(log).splitlines() == [f"  | {n}" for n in range(100 - LAST_LINES, 100)]
