"""The sweeper: it acts when its grader died without a word, and only then."""

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from labproof.connection.endpoint import Endpoint
from labproof.connection.fake import FakeConnection, Page
from labproof.ground.errors import Refused, TransportError, Unreachable
from labproof.ground.wait import Deadline, poll, wait_until
from labproof.session import connecting as reach
from steps.cluster.api import Cluster
from steps.pods import sweeper, vigil

REACH = {
    "name": "master",
    "address": "192.168.200.10",
    "host": "127.0.0.1",
    "port": 22,
    "user": "root",
    "key_file": "",
    "password": "",
}
TOLD = {**REACH, "namespace": "labproof-probe-0a1b2c"}


class Input:
    """What a process reads."""

    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)


BECOMES = """
import json, sys
from pathlib import Path
Path("swept").write_text(json.dumps([sys.stdin.readline(), sys.path[0]]))
"""
"""Stands for the sweeper: says what it was told, and where it was found."""


@pytest.mark.parametrize(
    ("word", "is_swept"),
    [(b"done\n", False), (b"", True), (b"don", True), (b"\n", True)],
    ids=["done", "died", "died in the middle of it", "something else"],
)
def test_only_a_word_keeps_it_from_sweeping(tmp_path: Path, word: bytes, is_swept: bool) -> None:
    """A grader that says it is done is believed; one whose pipe just closes has died."""
    folder = tmp_path / "steps" / "pods"
    folder.mkdir(parents=True)
    (folder / "sweeper.py").write_text(BECOMES)
    line = json.dumps(TOLD).encode() + b"\n"
    program = [sys.executable, "-I", "-S", vigil.__file__]
    subprocess.run(program, cwd=tmp_path, input=line + word, timeout=60, check=True)
    assert (tmp_path / "swept").exists() is is_swept
    if is_swept:
        told, place = json.loads((tmp_path / "swept").read_text())
        assert (json.loads(told), Path(place)) == (TOLD, tmp_path)


def test_the_sweeper_does_as_the_vigil_tells_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it reads is where it sweeps."""
    swept: list[dict[str, Any]] = []
    monkeypatch.setattr(sweeper, "sweep", swept.append)
    monkeypatch.setattr("sys.stdin", Input(json.dumps(TOLD).encode() + b"\n"))
    sweeper.main()
    assert swept == [TOLD]


def test_its_own_namespace_is_taken_away(monkeypatch: pytest.MonkeyPatch, fake: FakeConnection, api: Cluster) -> None:
    """One request goes out: the namespace that it was told is deleted, through master and as its administrator."""
    monkeypatch.setattr(reach, "connect", lambda endpoints, guard: fake)
    fake.serve("DELETE", "/api/v1/namespaces/labproof-probe-0a1b2c", Page({"status": {"phase": "Terminating"}}))
    sweeper.sweep(TOLD)
    request, _ = fake.requests[-1]
    assert (request.method, request.via) == ("DELETE", "master")
    assert request.credential == api._admin()
    assert fake.is_closed


def test_namespace_that_is_gone_is_no_problem(
    monkeypatch: pytest.MonkeyPatch, fake: FakeConnection, api: Cluster
) -> None:
    """What somebody else took away already need not be taken away."""
    monkeypatch.setattr(reach, "connect", lambda endpoints, guard: fake)
    fake.serve("DELETE", "/api/v1/namespaces/", Page({}, 404))
    sweeper.sweep(TOLD)
    assert fake.is_closed


def test_cluster_that_does_not_answer_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, fake: FakeConnection, api: Cluster
) -> None:
    """A grader may have died of what keeps the cluster from answering: the namespace is taken away when it does."""
    monkeypatch.setattr(reach, "connect", lambda endpoints, guard: fake)
    monkeypatch.setattr(sweeper, "EVERY_SECONDS", 0.01)
    fake.serve("DELETE", "/api/v1/namespaces/", Refused("nothing listens"), Unreachable("lost"), Page({}))
    sweeper.sweep(TOLD)
    assert [r.method for r, _ in fake.requests].count("DELETE") == 3
    assert fake.is_closed


def test_dismissed_process_ends() -> None:
    """A process that was dismissed has ended, in good order, and can be dismissed again."""
    started = sweeper.Sweeper(REACH, TOLD["namespace"])
    started.dismiss()
    assert started._process.returncode == 0
    started.dismiss()


def test_who_does_not_heed_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that hangs costs a while, and no run: what it was there for is done."""
    (tmp_path / "deaf.py").write_text("import threading\nthreading.Event().wait()\n")
    monkeypatch.setattr(vigil, "__file__", str(tmp_path / "deaf.py"))
    monkeypatch.setattr(sweeper, "HEEDING_SECONDS", 0.2)
    started = sweeper.Sweeper(REACH, TOLD["namespace"])
    started.dismiss()
    assert started._process.returncode == -signal.SIGKILL


def test_who_has_gone_is_dismissed_all_the_same() -> None:
    """A process that was killed by somebody else is no error of the grading."""
    started = sweeper.Sweeper(REACH, TOLD["namespace"])
    started._process.kill()
    wait_until(started._process.poll, lambda status: status is not None, Deadline(10), "its end", every=0.02)
    started.dismiss()
    assert started._process.returncode == -signal.SIGKILL


def test_who_cannot_be_started_is_no_fault_in_our_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is made without it, and the reason is a sentence: what was to be seen is undetermined."""
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    with pytest.raises(TransportError, match="could not start what takes its probe Pods away should it die: No such"):
        sweeper.Sweeper(REACH, TOLD["namespace"])


def test_password_is_told_through_the_pipe_alone(monkeypatch: pytest.MonkeyPatch, fake: FakeConnection) -> None:
    """A machine that is logged in to with a password is swept with it; no list of processes shows it."""
    told = {**TOLD, "password": "very-secret"}
    started = sweeper.Sweeper({**REACH, "password": "very-secret"}, TOLD["namespace"])
    command = Path(f"/proc/{started._process.pid}/cmdline")
    # A process that has just been replaced by its program shows no command line for a moment.
    line = poll(command.read_bytes, bool, Deadline(10), every=0.05).value
    started.dismiss()
    assert b"vigil.py" in line
    assert b"very-secret" not in line
    ends: list[Endpoint] = []
    monkeypatch.setattr(reach, "connect", lambda endpoints, guard: ends.extend(endpoints) or fake)
    monkeypatch.setattr(sweeper, "SWEEPING_SECONDS", 0.0)
    sweeper.sweep(told)
    assert [(e.name, e.password) for e in ends] == [("master", "very-secret")]
    assert "very-secret" not in repr(ends)


def test_sweeper_has_an_environment_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is started beside pytest, which changes this process's own for each test: by reference that fails at times."""
    given: list[Any] = []
    start = subprocess.Popen

    def noted(*line: Any, **more: Any) -> Any:
        given.append(more.get("env"))
        return start(*line, **more)

    monkeypatch.setattr(sweeper.subprocess, "Popen", noted)
    sweeper.Sweeper(dict(REACH), "labproof-probe-0a1b2c").dismiss()
    assert len(given) == 1
    assert given[0] is not os.environ
    assert given[0] == dict(os.environ)
