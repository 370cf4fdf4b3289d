"""Measure grading a finished lab, and reading its machine facts as grading does and through plain testinfra.

Run as root from a checkout whose lab is up and finished: `.venv/bin/python benchmarks/grade.py [ROUNDS]`.
All are measured in turn in one run. The facts are those that the last grading of a whole lab has kept for the
next one; both ways of reading are connected before they are timed.
"""

import json
import re
import statistics
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import testinfra
from testinfra.host import Host

from labproof.connection.base import Command, Purpose
from labproof.connection.foresight import Question, load
from labproof.ground.places import cache_dir, course_dir
from labproof.ground.wait import Deadline, wait_until
from labproof.providers.grader_key import private_key
from labproof.records.evidence import read
from labproof.records.store import runs_dir
from labproof.session.connecting import MachineChoice, find

FILE = re.compile(r"n=0; \[ -f (\S+) \] \|\| exit")
UNIT = re.compile(r"systemctl show (\S+)")
OF_ITS_OWN = ("uname -s", "uname -m", "cat /etc/os-release", "test -d /run/systemd/system/")
"""What testinfra asks by itself, where a module needs it."""

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


def facts() -> list[Question]:
    """Return what the last grading read from the machines."""
    kept = max((cache_dir() / "questions").glob("*.json"), key=lambda path: path.stat().st_mtime)
    return list(load(kept))


def at_once(questions: list[Question]) -> float:
    """Read the facts as grading does, both machines at once, and return the seconds."""
    connection = find(MachineChoice()).connection
    for machine in ADDRESSES:
        connection.run(Command(machine, ":", is_fact=False), Purpose.OBSERVE)
    started = time.monotonic()
    connection.fetch_ahead(questions)
    for question in questions:
        connection.run(question.command, Purpose.OBSERVE)
    seconds = time.monotonic() - started
    connection.close()
    return seconds


def plain_testinfra(questions: list[Question]) -> tuple[float, float]:
    """Read the facts one by one through testinfra and return the seconds: with its modules, and as bare commands."""
    hosts = {
        name: testinfra.get_host(REACH.format(address), ssh_identity_file=str(private_key()))
        for name, address in ADDRESSES.items()
    }
    for host in hosts.values():
        host.run(":")
    started = time.monotonic()
    for question in questions:
        with_modules(hosts[question.machine], question.line)
    with_its_modules = time.monotonic() - started
    started = time.monotonic()
    for question in questions:
        hosts[question.machine].run(question.line)
    return with_its_modules, time.monotonic() - started


def with_modules(host: Host, line: str) -> None:
    """Read a fact as a test does that is written with testinfra; what it has no module for is a command."""
    if path := FILE.match(line):
        file = host.file(path[1])
        file.exists and file.content_string  # noqa: B018
    elif unit := UNIT.fullmatch(line):
        service = host.service(unit[1])
        service.is_enabled, service.is_running  # noqa: B018
    elif line not in OF_ITS_OWN:
        host.run(line)


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    grade()
    walls, told, ours, theirs = [], [], [], []
    for _ in range(rounds):
        seconds, parts = grade()
        walls.append(seconds)
        told.append(parts)
        settle()
        questions = facts()
        ours.append(at_once(questions))
        theirs.append(plain_testinfra(questions))
    times = ", ".join(f"{w:.2f}" for w in walls)
    print(f"labproof grade: median {statistics.median(walls):.2f} s (of {rounds}: {times})")
    for name in told[0]:
        print(f"  {name}: median {statistics.median(parts[name] for parts in told):.2f} s")
    once = statistics.median(ours)
    print(f"its {len(questions)} facts by themselves, as grading reads them: median {once:.2f} s")
    for how, plain in zip(
        ("its modules", "bare commands"), map(statistics.median, zip(*theirs, strict=True)), strict=True
    ):
        print(f"the same facts through plain testinfra, {how}: median {plain:.2f} s, {plain / once:.1f} times as long")


if __name__ == "__main__":
    main()
