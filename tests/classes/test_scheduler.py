"""A class on a real Dask cluster of this computer: two workers, of which one is killed in the middle."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from labproof.classes import unit
from labproof.ground.errors import LabError
from labproof.ground.wait import Deadline, wait_until
from tests.recorded_lab import roster
from tests.recorded_lab.answers import NAMESPACE, finished, recorded
from tests.recorded_lab.lab import RecordedLab

TIMES = {"started", "finished", "seconds", "waited", "looks", "run", "evidence_head", "clock", "evidence"}
"""What tells of time, and what is made of it; the evidence itself is compared by its own file."""


def command(*arguments: str, **more: str) -> subprocess.Popen[str]:
    line, own = [sys.executable, *arguments], {**os.environ, **more}
    return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=own)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[str]]]]:
    """The address of a scheduler, and its two workers."""
    pytest.importorskip("distributed", reason="the extra [cluster] is not installed")
    told = tmp_path / "scheduler.json"
    quiet = ("--no-dashboard", "--scheduler-file", str(told))
    server = command("-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", *quiet)
    wait_until(told.exists, bool, Deadline(60), "a scheduler", every=0.2)
    one = ("-m", "distributed.cli.dask_worker", "--nthreads", "1", "--no-nanny", *quiet)
    workers = [command(*one, "--local-directory", str(tmp_path / f"worker {n}")) for n in range(2)]
    yield json.loads(told.read_text())["address"], workers
    for process in (*workers, server):
        process.kill()
        process.communicate()


def bare(value: Any) -> Any:
    """Return a result without its times."""
    if isinstance(value, dict):
        return {key: bare(inner) for key, inner in value.items() if key not in TIMES}
    return [bare(inner) for inner in value] if isinstance(value, list) else value


def exchanges(run: Path) -> set[tuple[str, ...]]:
    """Return what was asked and answered, but for times, order and the names of namespaces of our own."""
    told = ("machine", "kind", "purpose", "request", "status", "output", "problem")
    every = (json.loads(line) for line in (run / "evidence.jsonl").read_text("utf-8").splitlines())
    # A slow answer has the machine asked whether it is still there.
    return {tuple(NAMESPACE.sub("probe", str(one[key])) for key in told) for one in every if one["request"] != ":"}


def results(folder: Path) -> dict[str, Any]:
    """Return what each student's result says, but for its times, and what the class says of the student."""
    students = json.loads((folder / "class.json").read_text("utf-8"))["students"]
    return {
        one["id"]: (
            {**one, "run": "", "history": [{**grading, "run": ""} for grading in one["history"]]},
            bare(json.loads((folder / one["run"] / "result.json").read_text("utf-8"))),
            exchanges(folder / one["run"]),
        )
        for one in students
    }


def test_same_results_with_a_worker_killed(tmp_path: Path, cluster: tuple[str, list[subprocess.Popen[str]]]) -> None:
    """What a cluster grades is what this computer grades, bit for bit but for times, though a worker dies of it."""
    address, workers = cluster
    with ExitStack() as labs:
        kinds = [finished(), recorded("broken-base-swap-tab"), finished(), finished(), finished(), finished()]
        each = [labs.enter_context(RecordedLab(answers, f"lab {n}")) for n, answers in enumerate(kinds)]
        path = roster.write(tmp_path, {f"s{n}": (f"Student {n}", lab.ports) for n, lab in enumerate(each)})
        own = {"LAB_PROFILE": "rehearsal", "LABPROOF_CACHE": str(tmp_path / "cache")}
        line = ("-m", "labproof", "class", "grade", str(path), "--out")
        here = command(*line, str(tmp_path / "here"), **own)
        assert here.wait(120) == 1, here.communicate()[0]
        there = command(*line, str(tmp_path / "there"), "--scheduler", address, **own)
        before = each[2].connections
        wait_until(lambda: each[2].connections > before, bool, Deadline(60), "a worker at the third lab", every=0.02)
        workers[0].send_signal(signal.SIGKILL)
        assert there.wait(240) == 1, there.communicate()[0]
        for process in (here, there):
            process.communicate()
    assert results(tmp_path / "there") == results(tmp_path / "here")
    assert {one["state"] for one, _, _ in results(tmp_path / "there").values()} == {"graded"}


def test_scheduler_that_is_not_there(tmp_path: Path) -> None:
    """An address at which no scheduler answers is a wrong option, told before anything is graded."""
    pytest.importorskip("distributed", reason="the extra [cluster] is not installed")
    path = roster.write(tmp_path, {"7": ("Student 7", {"master": 1, "node": 2})})
    done = command(
        "-m", "labproof", "class", "grade", str(path), "--out", str(tmp_path / "o"), "--scheduler", "tcp://127.0.0.1:1"
    )
    said = done.communicate(timeout=60)[0]
    assert (done.returncode, "--scheduler: no scheduler answers at 'tcp://127.0.0.1:1'" in said) == (2, True), said


def test_without_the_library(tmp_path: Path) -> None:
    """Where distributed is not installed, the error says what to install, here and on the workers."""
    path = roster.write(tmp_path, {"7": ("Student 7", {"master": 1, "node": 2})})
    code = "import sys; sys.modules['distributed'] = None; from labproof.cli import main; main()"
    done = command("-c", code, "class", "grade", str(path), "--out", str(tmp_path / "o"), "--scheduler", "tcp://x:1")
    said = done.communicate(timeout=60)[0]
    assert (done.returncode, "pip install 'labproof[cluster]' here and on the workers" in said) == (2, True), said


def test_folder_travels(tmp_path: Path) -> None:
    """A packed folder comes back as it was, without links; one that leads elsewhere is refused."""
    source = tmp_path / "source"
    (source / "runs" / "a").mkdir(parents=True)
    (source / "runs" / "a" / "result.json").write_text("{}")
    (source / "runs" / "latest").symlink_to("/etc")
    unit.unpack(unit.pack(source), tmp_path / "target")
    assert [p.relative_to(tmp_path / "target").as_posix() for p in sorted((tmp_path / "target").rglob("*"))] == [
        "runs",
        "runs/a",
        "runs/a/result.json",
    ]
    with pytest.raises(LabError, match="is no result folder"):
        unit.unpack(b"no archive", tmp_path / "other")
