import socket
from collections.abc import Iterator

import pytest

from standins import serving
from standins.serving import Reply, Request, Server


def app(request: Request) -> Reply:
    if request.path == "/broken":
        raise ValueError("secret detail")
    return Reply.of_text(f"{request.method} {request.path} {request.query} {request.body.decode()}")


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server(("127.0.0.1", 0), app).start(poll=0.01)
    yield running
    running.shutdown()
    running.server_close()


def talk(server: Server, sent: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        return connection.makefile("rb").read()


def test_request_is_read_in_full(server: Server) -> None:
    """Method, path, query and body reach the app."""
    sent = b"PUT /a%20b?c=d HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi"
    assert talk(server, sent).endswith(b"PUT /a b {'c': 'd'} hi\n")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (b"Transfer-Encoding: chunked", b"411"),
        (b"Content-Length: -1", b"411"),
        (b"Content-Length: 99999999", b"413"),
    ],
)
def test_unbounded_bodies_are_refused(server: Server, headers: bytes, status: bytes) -> None:
    """A body of unknown or excessive size is not read."""
    assert talk(server, b"POST / HTTP/1.1\r\n" + headers + b"\r\n\r\n").split()[1] == status


def test_error_of_the_app_is_500_without_detail(server: Server) -> None:
    """An unforeseen error is 500, and says nothing of its inside."""
    answer = talk(server, b"GET /broken HTTP/1.1\r\n\r\n")
    assert answer.split()[1] == b"500"
    assert b"secret" not in answer


def test_head_has_no_body(server: Server) -> None:
    """HEAD gets the headers of GET and nothing more."""
    assert talk(server, b"HEAD / HTTP/1.1\r\n\r\n").endswith(b"\r\n\r\n")


def test_connection_ends_after_its_time(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that sends ever more, slowly, is cut off."""
    monkeypatch.setattr(serving, "CONNECTION_SECONDS", 0.0)
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        connection.sendall(b"GET / HTT")
        assert connection.recv(10) == b""


def test_too_many_connections_are_not_served(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit a connection is closed at once."""
    monkeypatch.setattr(serving, "CONNECTIONS", 0)
    assert talk(server, b"") == b""
