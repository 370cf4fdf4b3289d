"""Measure grading a finished lab, and reading the same machine facts through plain testinfra over paramiko.

Run as root from a checkout whose lab is up and finished: `.venv/bin/python benchmarks/grade.py [ROUNDS]`.
Both are measured in turn in one run. The facts are those of the last grading: its own evidence lists them.
"""

import json
import statistics
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import testinfra

from labproof.evidence import read
from labproof.places import course_dir
from labproof.providers.grader_key import private_key
from labproof.store import runs_dir
from labproof.wait import Deadline, wait_until

REACH = "paramiko://root@{}"
LABPROOF = Path(sys.executable).with_name("labproof")
ADDRESSES = {
    row["name"]: row["address"] for row in json.loads((course_dir() / "vagrant/machines.json").read_text())["machines"]
}


def grade() -> tuple[float, dict[str, float]]:
    """Grade and return the wall-clock seconds, interpreter start included, and the seconds of each stage."""
    settle()
    begun, started = time.time(), time.monotonic()
    subprocess.run([str(LABPROOF), "grade"], check=True, timeout=300, stdout=subprocess.DEVNULL)
    seconds = time.monotonic() - started
    return seconds, stages(begun, begun + seconds)


def settle() -> None:
    """Wait until the probe Pods of the grading before are gone: taking them away keeps the machines busy."""
    deadline = Deadline(120)
    hosts = {"master": testinfra.get_host(REACH.format(ADDRESSES["master"]), ssh_identity_file=str(private_key()))}
    wait_until(
        lambda: hosts["master"].run("kubectl get namespace -o name").stdout,
        lambda names: "labproof-probe" not in names,
        deadline,
        "the probe Pods of the last grading to be gone",
    )


def stages(begun: float, ended: float) -> dict[str, float]:
    """Return how long each stage of the last grading took; facts and Pods are looked at at the same time."""
    asked = {"facts": [], "pods": [], "all": []}  # type: dict[str, list[tuple[float, float]]]
    for exchange in read(runs_dir() / "latest" / "evidence.jsonl"):
        at = datetime.fromisoformat(exchange.started).timestamp()
        span = (at, at + exchange.seconds)
        asked["all"].append(span)
        if exchange.kind == "command":
            asked["facts"].append(span)
        elif "labproof-probe" in exchange.request:
            asked["pods"].append(span)
    first, last = (f(times) for f, times in ((min, (a for a, _ in asked["all"])), (max, (b for _, b in asked["all"]))))
    return {
        "starting, until the first question": first - begun,
        "reading the facts from both machines": _length(asked["facts"]),
        "probe Pods, from the first to the last word about them": _length(asked["pods"]),
        "all questions": last - first,
        "writing down, until the end": ended - last,
    }


def _length(spans: list[tuple[float, float]]) -> float:
    return max(end for _, end in spans) - min(start for start, _ in spans)


def commands() -> list[tuple[str, str]]:
    """Return machine and command of every fact that the last grading read from a machine."""
    evidence = read(runs_dir() / "latest" / "evidence.jsonl")
    return [(e.machine, e.request) for e in evidence if e.kind == "command"]


def plain_testinfra(facts: list[tuple[str, str]]) -> float:
    """Read the facts one by one as testinfra does by itself and return the seconds."""
    started = time.monotonic()
    hosts = {
        name: testinfra.get_host(REACH.format(address), ssh_identity_file=str(private_key()))
        for name, address in ADDRESSES.items()
    }
    for machine, command in facts:
        hosts[machine].run(command)
    return time.monotonic() - started


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    grade()
    walls, told, theirs = [], [], []
    for _ in range(rounds):
        seconds, parts = grade()
        walls.append(seconds)
        told.append(parts)
        settle()
        facts = commands()
        theirs.append(plain_testinfra(facts))
    plain = statistics.median(theirs)
    print(
        f"labproof grade: median {statistics.median(walls):.2f} s (of {rounds}: {', '.join(f'{w:.2f}' for w in walls)})"
    )
    for name in told[0]:
        print(f"  {name}: median {statistics.median(parts[name] for parts in told):.2f} s")
    print(f"the same {len(facts)} facts through plain testinfra: median {plain:.2f} s")


if __name__ == "__main__":
    main()
