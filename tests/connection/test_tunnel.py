"""Sockets whose other end is an address as a machine sees it."""

import socket
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from labproof.connection import tunnel
from labproof.connection.base import HttpRequest
from labproof.connection.http import Http
from labproof.connection.ssh import Ssh
from labproof.ground.errors import DeadlineExceeded, NotTaken, Refused, TransportError, Unreachable
from tests.connection.shell_server import ShellServer
from tests.connection.web_server import response, serving


def test_tunnel_carries_both_ways(shell: Ssh) -> None:
    """What is sent through a tunnel arrives, and so does the answer; its end is seen on this side."""

    def echo(sock: socket.socket) -> None:
        sock.sendall(b"echo")
        socket.socket.shutdown(sock, socket.SHUT_WR)

    with serving(echo) as server, tunnel.open_socket(shell, "127.0.0.1", server.port, 5) as sock:
        sock.settimeout(5)
        sock.sendall(b"ask\r\n\r\n")
        assert sock.recv(100) == b"echo"
        assert sock.recv(100) == b""
    assert server.requests == [b"ask\r\n\r\n"]


def test_much_is_carried_whole(shell: Ssh) -> None:
    """A megabyte comes through a tunnel whole."""
    body = bytes(range(256)) * 4096
    with serving(response(body)) as server, tunnel.open_socket(shell, "127.0.0.1", server.port, 5) as sock:
        sock.settimeout(5)
        sock.sendall(b"GET / HTTP/1.1\r\n\r\n")
        whole = response(body)
        received = b""
        while len(received) < len(whole):
            received += sock.recv(65536)
    assert received == whole


def test_nobody_listens_there(shell: Ssh) -> None:
    """A port that nobody listens on is refused, which is not the same as a lost machine."""
    with pytest.raises(NotTaken, match=r"master: nothing listens on 127\.0\.0\.1:1, or there is no way to it"):
        tunnel.open_socket(shell, "127.0.0.1", 1, 5)


def test_refusals_at_once_are_each_told(shell: Ssh) -> None:
    """Many that ask at the same time, as a browser does, are each refused at once: none is left without an answer."""

    def ask(_: int) -> None:
        with pytest.raises(NotTaken):
            tunnel.open_socket(shell, "127.0.0.1", 1, 5)

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(ask, range(320)))


def test_lost_machine_carries_nothing(shell: Ssh, server: ShellServer) -> None:
    """A tunnel to a machine that is lost is out of reach."""
    server.close()
    with pytest.raises(Unreachable, match="no SSH connection"):
        tunnel.open_socket(shell, "127.0.0.1", 80, 1)


def test_requests_go_through_a_tunnel(shell: Ssh) -> None:
    """A request goes through a tunnel as it goes directly, and refusals and stalls read the same."""
    client = Http(partial(tunnel.open_socket, shell))
    with serving(response(b"through")) as web:
        assert client.fetch(HttpRequest("GET", f"http://127.0.0.1:{web.port}/")).body == "through"
    with pytest.raises(Refused):
        client.fetch(HttpRequest("GET", "http://127.0.0.1:1/"))
    with serving(lambda sock: None) as silent:
        for scheme in ("http", "https"):
            with pytest.raises(DeadlineExceeded):
                client.fetch(HttpRequest("GET", f"{scheme}://127.0.0.1:{silent.port}/", timeout=0.3))
    client.close()


def test_machine_lost_under_a_request(shell: Ssh, server: ShellServer) -> None:
    """A request whose machine is lost meanwhile ends as not seen."""
    client = Http(partial(tunnel.open_socket, shell))
    with serving(lambda sock: server.cut()) as web, pytest.raises(TransportError):
        client.fetch(HttpRequest("GET", f"http://127.0.0.1:{web.port}/", timeout=3))
    client.close()
