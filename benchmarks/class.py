"""Times the grading of a class, on recorded labs that answer over real SSH on this computer.

`python benchmarks/class.py [--labs 100] [--kinds]` grades that many finished labs as `labproof class grade` does, then
a few of them one at a time, and reads the same facts one after another as a test with pytest-testinfra does. With
`--kinds`, labs with a mistake, frozen ones and unreachable ones are among them. Prints seconds, CPU-seconds of the
grader alone, the most memory (PSS, everything that it started), and bytes and connections a lab.
"""

import argparse
import contextlib
import json
import os
import shlex
import socket
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import testinfra

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.recorded_lab import roster  # noqa: E402
from tests.recorded_lab.answers import finished, recorded  # noqa: E402
from tests.recorded_lab.lab import RecordedLab  # noqa: E402

FEW = 5
"""How many labs are graded one at a time: the rest of them would take as long each."""

DEADLINE = 30
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Cost:
    """What a grading took: seconds, CPU-seconds and the most MiB of all of its processes."""

    seconds: float
    cpu: float
    memory: float
    said: str


def processes(first: int) -> Iterator[int]:
    """Yield a process and everything below it."""
    left = [first]
    while left:
        pid = left.pop()
        yield pid
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{pid}/task").iterdir():
                left += map(int, (task / "children").read_text().split())


def memory(pid: int) -> float:
    """Return the MiB of a process, what it shares counted in parts."""
    with contextlib.suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("Pss:")).split()[1]) / 1024
    return 0.0


def cpu(pid: int) -> float:
    """Return the CPU-seconds of a process and of those below it that have ended."""
    with contextlib.suppress(OSError, IndexError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / _TICKS
    return 0.0


def measured(arguments: list[str], environment: Mapping[str, str]) -> Cost:
    """Run labproof and look twice a second at what it takes."""
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "labproof", *arguments],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    most, spent, ended = [0.0], [0.0], threading.Event()

    def look() -> None:
        while not ended.wait(0.5):
            pids = list(processes(process.pid))
            most.append(sum(map(memory, pids)))
            spent.append(sum(map(cpu, pids)))

    watching = threading.Thread(target=look)
    watching.start()
    said = process.communicate()[0]
    ended.set()
    watching.join()
    return Cost(time.monotonic() - started, max(spent), max(most), said)


def testinfra_seconds(labs: list[RecordedLab], key: Path) -> float:
    """Read what a grading reads by commands, lab after lab, over one connection a machine, and return the seconds."""
    warnings.filterwarnings("ignore", message="Unknown .* host key")
    questions = [(machine, line) for machine, kind, line in finished().exchanges if kind == "command"]
    started = time.monotonic()
    for lab in labs:
        hosts = {
            name: testinfra.get_host(f"paramiko://root@127.0.0.1:{port}", ssh_identity_file=str(key))
            for name, port in lab.ports.items()
        }
        for machine, line in questions:
            # The stand-in takes commands as Labproof's shell sends them, and so it gets them here.
            hosts[machine].run(f"/bin/sh -c {shlex.quote(line)}")
    return time.monotonic() - started


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--labs", type=int, default=100)
    parser.add_argument("--jobs", default="")
    parser.add_argument("--kinds", action="store_true")
    asked = parser.parse_args()
    with ExitStack() as stack, tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        labs = [stack.enter_context(RecordedLab(finished(), f"lab {n}")) for n in range(asked.labs)]
        ports: dict[str, Mapping[str, int]] = {f"s{n:04}": lab.ports for n, lab in enumerate(labs)}
        if asked.kinds:
            answers = recorded("broken-base-swap-tab")
            for n in range(max(1, asked.labs // 20)):
                ports[f"failing-{n}"] = stack.enter_context(RecordedLab(answers, f"failing {n}")).ports
                silent = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(2)]
                at = [one.getsockname()[1] for one in silent]
                ports[f"frozen-{n}"] = {"master": at[0], "node": at[1]}
                ports[f"away-{n}"] = {"master": 2 * n + 1, "node": 2 * n + 2}
        path = roster.write(folder, {id_: (id_, at) for id_, at in ports.items()})
        environment = {"LAB_PROFILE": "rehearsal", "LABPROOF_CACHE": str(folder / "cache")}
        jobs = ["--jobs", asked.jobs] if asked.jobs else []
        line = ["class", "grade", str(path), "--deadline", str(DEADLINE), *jobs, "--out"]
        standin = time.process_time()
        cost = measured([*line, str(folder / "out")], environment)
        standin = time.process_time() - standin
        states = [one["state"] for one in json.loads((folder / "out" / "class.json").read_text("utf-8"))["students"]]
        told = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))
        print(f"{len(ports)} labs at once ({told}): {cost.seconds:.1f} s, {cost.memory:.0f} MiB at most")
        print(
            f"  CPU of the grader {cost.cpu:.1f} s ({cost.cpu / len(ports):.2f} s a lab), of the labs {standin:.1f} s"
        )
        _print_traffic(labs, folder / "out")
        few = roster.write(folder, {id_: (id_, ports[id_]) for id_ in list(ports)[:FEW]})
        one = measured([*line[:2], str(few), "--jobs", "1", "--out", str(folder / "one")], environment)
        print(f"one at a time: {one.seconds / FEW:.2f} s a lab (of {FEW}), start and page of the class in it")
        seconds = testinfra_seconds(labs[:FEW], folder / "key") / FEW
        print(f"the facts alone, without API and pages, through plain testinfra: {seconds:.2f} s a lab (of {FEW})")


def _print_traffic(labs: list[RecordedLab], out: Path) -> None:
    sent, received = (sum(lab.traffic[way] for lab in labs) / len(labs) for way in ("in", "out"))
    connections = sum(lab.connections for lab in labs) / len(labs)
    size = sum(f.stat().st_size for f in out.rglob("s*/**/*") if f.is_file() and not f.is_symlink()) / len(labs)
    print(f"  a lab: {connections:.1f} connections, {sent / 1024:.0f} KiB to it, {received / 1024:.0f} KiB from it")
    print(f"  a result folder: {size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
