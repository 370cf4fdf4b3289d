"""A machine behind a jump host: two real SSH servers, one of which leads to the other."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from labproof.connection.base import Command
from labproof.connection.endpoint import Jump
from labproof.connection.ssh import Ssh
from labproof.ground.errors import Unreachable
from tests.connection.shell_server import ShellServer

INSIDE = ("10.9.8.7", 22)


@pytest.fixture
def gate(server: ShellServer) -> Iterator[ShellServer]:
    """A jump host whose network has one machine in it, at an address that there is not elsewhere."""
    gate = ShellServer(routes={INSIDE: ("127.0.0.1", server.port)})
    yield gate
    gate.close()


def behind(gate_port: int, key_file: Path, password: str = "", at: tuple[str, int] = INSIDE) -> Ssh:
    return Ssh("master", *at, "root", key_file, password, Jump("127.0.0.1", gate_port, "me"))


def test_commands_run_behind_a_jump_host(gate: ShellServer, server: ShellServer, key_file: Path) -> None:
    """The machine is reached through the jump host alone, and shows its own host key."""
    shell = behind(gate.port, key_file)
    assert shell.run(Command("master", "echo there")).output == "there\n"
    assert (gate.tunnels, shell.host_key()) == ([INSIDE], server.fingerprint)
    shell.close()


def test_machine_that_was_lost_is_reached_again(gate: ShellServer, key_file: Path) -> None:
    """A connection that a jump host has dropped is made anew, through it."""
    shell = behind(gate.port, key_file)
    shell.run(Command("master", ":"))
    shell.close()
    assert shell.run(Command("master", "echo again")).output == "again\n"
    shell.close()


def test_jump_host_that_lets_nobody_in(key_file: Path) -> None:
    """The error names the jump host, and the machine's password was not shown to it."""
    gate = ShellServer(password="of the gate")
    shell = behind(gate.port, key_file, password="of the gate")
    with pytest.raises(Unreachable, match=r"10\.9\.8\.7:22 .*jump host me@127\.0\.0\.1:[0-9]+: no login"):
        shell.run(Command("master", ":"))
    shell.close()
    gate.close()


def test_jump_host_that_finds_no_machine(gate: ShellServer, key_file: Path) -> None:
    """Where nothing answers behind the jump host, the error says so, and the machine is left alone for a while."""
    shell = behind(gate.port, key_file, at=("10.9.8.6", 22))
    for _ in range(2):
        with pytest.raises(Unreachable, match=r"no way to 10\.9\.8\.6:22: nothing answers there as it sees it"):
            shell.run(Command("master", ":"))
    assert len(gate.tunnels) == 1
    shell.close()


def test_jump_host_that_is_not_there(key_file: Path) -> None:
    """A jump host that cannot be reached is named."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(Unreachable, match=rf"jump host me@127\.0\.0\.1:{port}: no login"):
        behind(port, key_file).run(Command("master", ":"))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("gate.example.org", Jump("gate.example.org", 22, "root")),
        ("me@gate:2222", Jump("gate", 2222, "me")),
        ("me@[fe80::1]:22", Jump("fe80::1", 22, "me")),
    ],
)
def test_jump_host_as_it_is_written(text: str, meant: Jump) -> None:
    """A jump host is written as ssh -J takes it; user and port may be left out."""
    assert Jump.parse(text) == meant


@pytest.mark.parametrize("text", ["", "me@", "a b", "gate:0", "gate:99999", "a@b@c", "-oProxyCommand=x y"])
def test_what_is_no_jump_host(text: str) -> None:
    """Anything else is refused with what was expected."""
    with pytest.raises(ValueError, match="expected user@host:port"):
        Jump.parse(text)
