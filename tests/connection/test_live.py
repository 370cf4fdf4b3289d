"""The seam to real machines."""

import pytest

from labproof.connection import pages
from labproof.connection.base import Command, HttpRequest, Purpose
from labproof.connection.live import LiveConnection
from labproof.connection.pages import Place
from labproof.connection.ssh import Ssh
from labproof.ground import slowness
from labproof.ground.errors import DeadlineExceeded, HostError
from tests.connection.web_server import response, serving

LOOK = Purpose.OBSERVE
HERE = {"master": Place("127.0.0.1", ("127.0.0.1", pages.SSH_PORT))}


def test_commands_and_requests_find_their_way(shell: Ssh) -> None:
    """A command goes to its machine, a request directly or through the machine that it names."""
    connection = LiveConnection({"master": shell}, lambda: None, HERE)
    assert connection.run(Command("master", "echo here"), LOOK).output == "here\n"
    with serving(response(b"page")) as web:
        url = f"http://127.0.0.1:{web.port}/"
        assert connection.fetch(HttpRequest("GET", url), LOOK).body == "page"
        assert connection.fetch(HttpRequest("GET", url, via="master"), LOOK).body == "page"
        assert web.connections == 2
        connection.close()


def test_nothing_is_asked_without_the_guard(shell: Ssh) -> None:
    """Where the lab's own network is not up, nothing at all is sent."""

    def refuse() -> None:
        raise HostError("the bridge is down")

    connection = LiveConnection({"master": shell}, refuse, HERE)
    with serving(response()) as web:
        url = f"http://127.0.0.1:{web.port}/"
        for ask in (
            lambda: connection.run(Command("master", "echo here"), LOOK),
            lambda: connection.fetch(HttpRequest("GET", url), LOOK),
            lambda: connection.fetch(HttpRequest("GET", url, via="master"), LOOK),
        ):
            with pytest.raises(HostError):
                ask()
        assert web.connections == 0
    connection.close()


def test_slow_machines_get_more_time(shell: Ssh, monkeypatch: pytest.MonkeyPatch) -> None:
    """What would be cut off at its deadline comes to its end where deadlines are multiplied."""
    connection = LiveConnection({"master": shell}, lambda: None, HERE)
    command = Command("master", "sleep 2; echo in time", 1)
    with pytest.raises(DeadlineExceeded, match="did not end within 1 s"):
        connection.run(command, LOOK)
    monkeypatch.setenv(slowness.VARIABLE, "8")
    assert connection.run(command, LOOK).output == "in time\n"
    connection.close()


def test_closing_lets_go(shell: Ssh) -> None:
    """After closing, a machine is connected to anew."""
    connection = LiveConnection({"master": shell}, lambda: None, HERE)
    connection.run(Command("master", ":"), LOOK)
    connection.close()
    assert connection.run(Command("master", "echo again"), LOOK).output == "again\n"
    connection.close()
