"""Measure grading a finished lab, and reading the same machine facts through plain testinfra over paramiko.

Run as root from a checkout whose lab is up and finished: `.venv/bin/python benchmarks/grade.py [ROUNDS]`.
Both are measured in turn in one run. The facts are those of the last grading: its own evidence lists them.
"""

import json
import statistics
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import testinfra

from labproof.evidence import read
from labproof.places import course_dir
from labproof.providers.grader_key import private_key
from labproof.store import runs_dir

LABPROOF = Path(sys.executable).with_name("labproof")
ADDRESSES = {
    row["name"]: row["address"] for row in json.loads((course_dir() / "vagrant/machines.json").read_text())["machines"]
}


def grade() -> float:
    """Grade and return the wall-clock seconds, interpreter start included."""
    started = time.monotonic()
    subprocess.run([str(LABPROOF), "grade"], check=True, timeout=300, stdout=subprocess.DEVNULL)
    return time.monotonic() - started


def commands() -> list[tuple[str, str]]:
    """Return machine and command of every fact that the last grading read from a machine."""
    evidence = read(runs_dir() / "latest" / "evidence.jsonl")
    return [(e.machine, e.request) for e in evidence if e.kind == "command"]


def plain_testinfra(facts: list[tuple[str, str]]) -> float:
    """Read the facts one by one as testinfra does by itself and return the seconds."""
    started = time.monotonic()
    hosts = {
        name: testinfra.get_host(f"paramiko://root@{address}", ssh_identity_file=str(private_key()))
        for name, address in ADDRESSES.items()
    }
    for machine, command in facts:
        hosts[machine].run(command)
    return time.monotonic() - started


def shares() -> dict[str, float]:
    """Return the seconds that the last grading waited for each kind of answer."""
    total: Counter[str] = Counter()
    for exchange in read(runs_dir() / "latest" / "evidence.jsonl"):
        total[exchange.kind] += exchange.seconds
    return dict(total)


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    grade()
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(grade())
        facts = commands()
        theirs.append(plain_testinfra(facts))
    print(f"labproof grade: median {statistics.median(ours):.2f} s (of {rounds}), {len(facts)} facts from machines")
    print(f"the same facts through plain testinfra: median {statistics.median(theirs):.2f} s")
    for kind, seconds in shares().items():
        print(f"  waited for answers to {kind}: {seconds:.2f} s in all")


if __name__ == "__main__":
    main()
