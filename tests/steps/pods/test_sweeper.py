"""The sweeper: it acts when its grader died without a word, and only then."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from labproof.connection.endpoint import Endpoint
from labproof.connection.fake import FakeConnection, Page
from labproof.ground.errors import Refused, Unreachable
from labproof.ground.wait import Deadline, poll
from labproof.session import connecting as reach
from steps.cluster.api import Cluster
from steps.pods import sweeper

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


@pytest.mark.parametrize(
    ("word", "is_swept"),
    [(b"done\n", False), (b"", True), (b"don", True), (b"\n", True)],
    ids=["done", "died", "died in the middle of it", "something else"],
)
def test_only_a_word_keeps_it_from_sweeping(monkeypatch: pytest.MonkeyPatch, word: bytes, is_swept: bool) -> None:
    """A grader that says it is done is believed; one whose pipe just closes has died."""
    swept: list[dict[str, Any]] = []
    monkeypatch.setattr(sweeper, "sweep", swept.append)
    monkeypatch.setattr("sys.stdin", Input(json.dumps(TOLD).encode() + b"\n" + word))
    sweeper.main()
    assert swept == ([TOLD] if is_swept else [])


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


def test_password_is_told_through_the_pipe_alone(monkeypatch: pytest.MonkeyPatch, fake: FakeConnection) -> None:
    """A machine that is logged in to with a password is swept with it; no list of processes shows it."""
    told = {**TOLD, "password": "very-secret"}
    started = sweeper.Sweeper({**REACH, "password": "very-secret"}, TOLD["namespace"])
    command = Path(f"/proc/{started._process.pid}/cmdline")
    # A process that has just been replaced by its program shows no command line for a moment.
    line = poll(command.read_bytes, bool, Deadline(10), every=0.05).value
    started.dismiss()
    assert b"steps.pods.sweeper" in line
    assert b"very-secret" not in line
    ends: list[Endpoint] = []
    monkeypatch.setattr(reach, "connect", lambda endpoints, guard: ends.extend(endpoints) or fake)
    monkeypatch.setattr(sweeper, "SWEEPING_SECONDS", 0.0)
    sweeper.sweep(told)
    assert [(e.name, e.password) for e in ends] == [("master", "very-secret")]
    assert "very-secret" not in repr(ends)
