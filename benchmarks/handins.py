"""Measure judging a class's hand-ins anew, and judging some of them one at a time.

Run from a checkout: `.venv/bin/python benchmarks/handins.py [HAND-INS] [JOBS]`. The hand-ins are the recorded
mistakes, each as a lab of its own; no machine is needed. What one at a time takes is measured on a few of them.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

from labproof.grading import rubric
from labproof.ground.places import course_dir, engine_dir
from labproof.handins import archive
from labproof.handins.challenge import SECRETS, make

sys.path.insert(0, str(engine_dir()))

from tests.handins import samples
from tests.recordings.make import recorded_mistakes

LABPROOF = Path(sys.executable).with_name("labproof")
ALONE = 3


def hand_ins(folder: Path, count: int) -> Path:
    """Write hand-ins and the assignment that they answer; return the file with its secrets."""
    ids = [f"s{number:03}" for number in range(1, count + 1)]
    course = (course_dir().name, samples.digest())
    task, _ = make(
        folder / "assignment", samples.students(*ids), course, rubric.load().digest, "2099-01-01T00:00+00:00"
    )
    for id_, evidence in zip(ids, islice(cycle(recorded_mistakes().values()), count), strict=True):
        entries = samples.of_another_lab(evidence, id_)
        samples.put(folder, f"in/hand-in-{id_}.zip", samples.hand_in(id_, task, entries=entries))
    return folder / "assignment" / SECRETS


def at_once(folder: Path, secrets: Path, jobs: int) -> tuple[float, float]:
    """Judge all of them; return the wall-clock seconds, interpreter start included, and the seconds of CPU."""
    before, started = _cpu(), time.monotonic()
    argv = [LABPROOF, "class", "grade", "--hand-ins", folder / "in", "--assignment", secrets, "--out", folder / "out"]
    done = subprocess.run([*argv, f"--jobs={jobs}"], capture_output=True, text=True, timeout=3600)
    seconds = time.monotonic() - started
    if done.returncode not in (0, 1):
        sys.exit(done.stdout[-2000:] + done.stderr[-2000:])
    return seconds, _cpu() - before


def alone(folder: Path) -> float:
    """Judge a few of them one at a time, and return the seconds for each."""
    environment = {**os.environ, "LABPROOF_RUNS": str(folder / "alone")}
    seconds = 0.0
    for number in range(1, ALONE + 1):
        run = folder / "runs" / str(number)
        for name, data in samples.files(entries=samples.of_another_lab(samples.recorded()[0], str(number))).items():
            samples.put(run, name, data)
        started = time.monotonic()
        argv = [LABPROOF, "regrade", run]
        subprocess.run(argv, env=environment, check=False, capture_output=True, timeout=300)
        seconds += time.monotonic() - started
    return seconds / ALONE


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    jobs = int(sys.argv[2]) if len(sys.argv) > 2 else os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        secrets = hand_ins(folder, count)
        size = sum(path.stat().st_size for path in (folder / "in").iterdir())
        print(f"{count} hand-ins, {size / archive.MIB:.1f} MiB, {jobs} at once, {os.cpu_count()} CPUs")
        seconds, cpu = at_once(folder, secrets, jobs)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(
            f"judged anew: {seconds:.1f} s, {cpu:.1f} s of CPU, {cpu / count:.2f} each; largest process {peak:.0f} MiB"
        )
        print(f"one at a time: {alone(folder) * count:.0f} s for as many, by {ALONE} of them")


if __name__ == "__main__":
    main()
