"""A program in a network of its own reaches the loopback that we listen on there, and nothing of this computer."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from labproof.connection import own_network
from labproof.connection.own_network import OwnNetwork

CONNECT = "import socket, sys; socket.create_connection(('127.0.0.1', int(sys.argv[1])), 5).close()"


@pytest.fixture
def network() -> Iterator[OwnNetwork]:
    try:
        network = own_network.make()
    except OSError as problem:
        pytest.skip(f"this computer allows no network of its own: {problem}")
    with network:
        yield network


def inside(network: OwnNetwork, *argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*network.command, *argv], capture_output=True, text=True, timeout=30, check=False)


def test_only_a_loopback_is_there(network: OwnNetwork) -> None:
    """There is no way to any other computer: the loopback is the only interface."""
    rows = inside(network, "cat", "/proc/net/dev").stdout.splitlines()[2:]
    assert [row.split(":")[0].strip() for row in rows] == ["lo"]


def test_only_our_listener_is_reached(network: OwnNetwork) -> None:
    """What listens on this computer is not reached from there; what we let listen there is."""
    with socket.create_server(("127.0.0.1", 0)) as ours:
        refused = inside(network, sys.executable, "-c", CONNECT, str(ours.getsockname()[1]))
    assert "ConnectionRefusedError" in refused.stderr
    there = str(network.listener.getsockname()[1])
    assert inside(network, sys.executable, "-c", CONNECT, there).returncode == 0


def test_we_stay_where_we_are(network: OwnNetwork) -> None:
    """Making it moves nothing of the grader: it still has its own network."""
    assert os.readlink("/proc/self/ns/net") != os.readlink(f"/proc/self/fd/{network.handle}")
    with socket.create_server(("127.0.0.1", 0)) as ours, socket.create_connection(ours.getsockname(), 5) as sock:
        assert sock.getpeername() == ours.getsockname()
