"""Signals that end a run: they do it as Ctrl-C does."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from labproof.ground.interrupts import ENDING, as_interrupt
from labproof.ground.places import course_dir
from labproof.ground.wait import Deadline, poll
from tests.newest import newest

RECORDING = Path(__file__).parents[1] / "recordings" / "full"
SMALLEST_PIPE = 4096
ROOM = 1500
SECONDS = 60.0


@pytest.fixture(autouse=True)
def _heeded() -> Iterator[None]:
    """Let the signals mean here what they mean to a program that nobody has started with nohup."""
    before = {number: signal.signal(number, signal.SIG_DFL) for number in ENDING}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def begun(runs: Path) -> subprocess.Popen[bytes]:
    """Begin a regrade whose terminal has room for few lines and is not read, so that it stops in its middle."""
    argv = [sys.executable, "-m", "labproof.cli", "regrade", str(RECORDING)]
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, SMALLEST_PIPE)
    os.write(writing, b"\n" * (SMALLEST_PIPE - ROOM))
    environment = {**os.environ, "LABPROOF_RUNS": str(runs)}
    process = subprocess.Popen(argv, env=environment, cwd=course_dir(), stdout=writing, stderr=subprocess.STDOUT)
    os.close(writing)
    process.stdout = os.fdopen(reading, "rb")
    return process


def has_stopped(runs: Path, sizes: list[int]) -> bool:
    """Tell whether a run has written evidence and writes no more of it."""
    sizes.append(sum(path.stat().st_size for path in runs.glob("*/evidence.jsonl")))
    return sizes[-1] > 0 and len(sizes) > 10 and sizes[-10] == sizes[-1]


@pytest.mark.parametrize("number", ENDING, ids=lambda number: number.name)
def test_ending_a_run_leaves_its_result_and_report(tmp_path: Path, number: signal.Signals) -> None:
    """A run that is ended by a signal says it was interrupted, with result and report, and exits with 130."""
    sizes: list[int] = []
    with begun(tmp_path) as process:
        poll(lambda: has_stopped(tmp_path, sizes), bool, Deadline(SECONDS), every=0.1)
        process.send_signal(number)
        assert process.stdout is not None
        told = process.stdout.read().decode()
    assert process.returncode == 130, told
    folder = newest(tmp_path)
    assert json.loads(folder.result.read_text(encoding="utf-8"))["ended"] == "interrupted"
    assert "did not come to its end (interrupted)" in (folder.path / "report.html").read_text(encoding="utf-8")
    assert str(folder.path / "report.html") in told


@pytest.mark.parametrize("number", ENDING, ids=lambda number: number.name)
def test_signal_is_an_interrupt_in_the_block_only(number: signal.Signals) -> None:
    """In the block a signal is Ctrl-C, once; after it the signal means what it did before."""
    before = signal.getsignal(number)
    with as_interrupt():
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)
        signal.raise_signal(number)
    assert signal.getsignal(number) is before


def test_signal_that_is_ignored_stays_so() -> None:
    """A run under nohup goes on when its terminal is gone."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with as_interrupt():
            signal.raise_signal(signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_other_threads_are_left_alone() -> None:
    """In another thread than the main one, where Python sets no handler, the block changes nothing."""
    seen: list[object] = []

    def block() -> None:
        with as_interrupt():
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=block)
    thread.start()
    thread.join()
    assert seen == [signal.getsignal(signal.SIGTERM)]
