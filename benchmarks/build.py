"""Measure the build of the whole lab stage by stage, and against a bare shell script of the same commands.

Run as root from a checkout: `.venv/bin/python benchmarks/build.py [ROUNDS]`. Each round takes the lab down
and up twice: once for the bare script, once for `labproof lab`; every other round the other one comes first.
"""

import json
import statistics
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

from labproof.ground.places import course_dir
from labproof.providers.grader_key import private_key
from labproof.records.store import runs_dir

sys.path.insert(0, str(course_dir()))

from steps.course import facts as course

LABPROOF = Path(sys.executable).with_name("labproof")
LIMIT_SECONDS = 1200


def call(*argv: str) -> float:
    """Run a command and return how long it took, in seconds."""
    started = time.monotonic()
    subprocess.run(argv, check=True, timeout=LIMIT_SECONDS, stdout=subprocess.DEVNULL)
    return time.monotonic() - started


def fresh_machines() -> float:
    """Take the lab down and bring two untouched machines up; return the seconds of the second."""
    call(str(LABPROOF), "down")
    return call(str(LABPROOF), "up")


def plainly() -> tuple[float, dict[str, float]]:
    """Run the bare script; return its seconds in all and stage by stage."""
    script, version = course_dir() / "benchmarks" / "bare.sh", course.load("rehearsal").kubernetes
    started = time.monotonic()
    done = subprocess.run(
        [str(script), str(private_key()), version], check=True, timeout=LIMIT_SECONDS, capture_output=True, text=True
    )
    seconds = time.monotonic() - started
    marks = [line.split() for line in done.stdout.splitlines() if len(line.split()) == 2]
    pairs = pairwise(marks)
    return seconds, {name: float(after) - float(before) for (before, name), (after, _) in pairs}


def graded() -> tuple[float, dict[str, float]]:
    """Build and grade with Labproof; return its seconds in all and section by section."""
    seconds = call(str(LABPROOF), "lab", "--no-milestones")
    result = json.loads((runs_dir() / "latest" / "result.json").read_text())
    sections = {s["id"]: sum(scenario["seconds"] for scenario in s["scenarios"]) for s in result["sections"]}
    return seconds, sections


def main() -> None:
    """Measure and print a table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    ups, ratios = [], []
    for number in range(1, rounds + 1):
        measured = {}
        # Whoever comes first finds the computer's caches colder.
        for measure in (plainly, graded) if number % 2 else (graded, plainly):
            ups.append(fresh_machines())
            measured[measure] = measure()
        (plain, stages), (ours, sections) = measured[plainly], measured[graded]
        ratios.append(ours / plain)
        print(f"round {number}: bare {plain:.1f} s, labproof {ours:.1f} s, ratio {ours / plain:.2f}")
        for name, seconds in sections.items():
            print(f"  {name:10} bare {stages.get(name, 0):6.1f} s   labproof {seconds:6.1f} s")
    print(f"machines up: {statistics.median(ups):.1f} s; ratio, median of {rounds}: {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
