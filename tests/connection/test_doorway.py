"""The one way out of a browser leads to one address and port, and nowhere else."""

import contextlib
import socket
import struct
from collections.abc import Iterator

import pytest

from labproof.connection import doorway
from labproof.connection.doorway import Doorway
from labproof.ground.errors import Refused, Unreachable
from tests.connection.web_server import WebServer, response

REQUEST = b"GET / HTTP/1.1\r\n\r\n"
DONE, NOT_ALLOWED, UNREACHABLE, REFUSED, UNKNOWN = 0, 2, 4, 5, 7


@pytest.fixture
def server() -> Iterator[WebServer]:
    server = WebServer(lambda sock: sock.sendall(response(b"hello")))
    yield server
    server.close()


def asked(port: int, host: str, goal: int, command: int = 1) -> tuple[int, socket.socket]:
    """Ask the doorway for a connection, and return its reply and the socket."""
    sock = socket.create_connection(("127.0.0.1", port), 5)
    sock.sendall(b"\x05\x01\x00")
    assert sock.recv(2) == b"\x05\x00"
    named = bytes((3, len(host))) + host.encode()
    with contextlib.suppress(OSError):
        named = b"\x01" + socket.inet_aton(host)
    sock.sendall(bytes((5, command, 0)) + named + struct.pack("!H", goal))
    reply = b""
    while len(reply) < 10 and (more := sock.recv(10 - len(reply))):
        reply += more
    return reply[1], sock


def test_goal_is_reached(server: WebServer) -> None:
    """What is asked of the goal goes there, and its answer comes back."""
    with Doorway("127.0.0.1", server.port, doorway.opened) as way:
        reply, sock = asked(way.port, "127.0.0.1", server.port)
        with sock:
            assert reply == DONE
            sock.sendall(REQUEST)
            data = b""
            while not data.endswith(b"hello"):
                data += sock.recv(4096)
    assert server.requests == [REQUEST]


@pytest.mark.parametrize(
    ("host", "port"), [("127.0.0.2", 0), ("127.0.0.1", 1), ("localhost", 0), ("example.invalid", 443)]
)
def test_nothing_else_is_opened(server: WebServer, host: str, port: int) -> None:
    """Another address, another port, and every name are refused before anything is opened."""
    opened: list[str] = []

    def opening(host: str, port: int, timeout: float) -> socket.socket:
        opened.append(host)
        return doorway.opened(host, port, timeout)

    with Doorway("127.0.0.1", server.port, opening) as way:
        reply, sock = asked(way.port, host, port or server.port)
        sock.close()
    assert (reply, opened, server.connections) == (NOT_ALLOWED, [], 0)


def test_only_connections_are_made(server: WebServer) -> None:
    """A request to listen, or for UDP, is refused."""
    with Doorway("127.0.0.1", server.port, doorway.opened) as way:
        for command in (2, 3):
            reply, sock = asked(way.port, "127.0.0.1", server.port, command)
            sock.close()
            assert reply == UNKNOWN


@pytest.mark.parametrize(("problem", "reply"), [(Refused("no"), REFUSED), (Unreachable("no way"), UNREACHABLE)])
def test_what_was_in_the_way_is_remembered(problem: Refused | Unreachable, reply: int) -> None:
    """The browser is told that it does not get there, and whoever sent it learns why."""

    def failing(host: str, port: int, timeout: float) -> socket.socket:
        raise problem

    with Doorway("192.0.2.1", 443, failing) as way:
        said, sock = asked(way.port, "192.0.2.1", 443)
        sock.close()
        assert (said, way.problem) == (reply, problem)


def test_page_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that sends without end is cut off once it has sent what a visit may take."""
    monkeypatch.setattr(doorway, "MOST_BYTES", 200_000)

    def flood(sock: socket.socket) -> None:
        try:
            while True:
                sock.sendall(b"x" * 65536)
        except OSError:
            return

    server = WebServer(flood)
    try:
        with Doorway("127.0.0.1", server.port, doorway.opened) as way:
            _, sock = asked(way.port, "127.0.0.1", server.port)
            with sock:
                sock.sendall(REQUEST)
                got = 0
                while more := sock.recv(65536):
                    got += len(more)
    finally:
        server.close()
    assert got <= 200_000


@pytest.mark.parametrize("noise", [b"GET / HTTP/1.1\r\n\r\n", b"\x04\x01\x00\x50", b"\x05\x01\x02", b""])
def test_noise_is_hung_up_on(noise: bytes) -> None:
    """Whoever does not speak SOCKS5 without a login is hung up on."""
    with Doorway("192.0.2.1", 443, doorway.opened) as way:
        with socket.create_connection(("127.0.0.1", way.port), 5) as sock:
            sock.sendall(noise)
            # It may have hung up by then.
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_WR)
            assert sock.recv(16) in (b"", b"\x05\xff")
        assert way.problem is None
