"""Pages and API paths over HTTP(S), against real servers that misbehave."""

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from labproof.connection import http as module
from labproof.connection.base import Credential, HttpRequest, HttpResponse
from labproof.connection.http import Http
from labproof.ground.errors import DeadlineExceeded, Refused, TransportError, Unreachable
from tests.connection.web_server import Identity, Talk, WebServer, response, serving

BOUND = 0.25


@pytest.fixture
def client() -> Iterator[Http]:
    client = Http(lambda host, port, timeout: socket.create_connection((host, port), timeout))
    yield client
    client.close()


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    return Identity(tmp_path_factory.mktemp("ours"), "ours")


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    return Identity(tmp_path_factory.mktemp("theirs"), "theirs")


def get(
    client: Http, server: WebServer, path: str = "/", *, secure: bool = False, timeout: float = 5.0,
    who: Credential | None = None,
) -> HttpResponse:  # fmt: skip
    scheme = "https" if secure else "http"
    return client.fetch(
        HttpRequest("GET", f"{scheme}://127.0.0.1:{server.port}{path}", credential=who, timeout=timeout)
    )


def test_answer_is_returned(client: Http) -> None:
    """Status, headers in lower case, and body come back; so does an error's page."""
    with serving(response(b"<html>", "404 Not Found", "X-One: 1")) as server:
        answer = get(client, server, "/a?b=c")
    assert (answer.status, answer.body, answer.headers["x-one"]) == (404, "<html>", "1")
    assert server.requests[0].startswith(b"GET /a?b=c HTTP/1.1\r\n")


def test_body_and_headers_are_sent(client: Http) -> None:
    """A request's body and headers reach the server."""
    with serving(response()) as server:
        url = f"http://127.0.0.1:{server.port}/"
        client.fetch(HttpRequest("POST", url, {"X-CSRF-TOKEN": "t"}, b"data"))
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST / ")
    assert b"X-CSRF-TOKEN: t" in head
    assert body == b"data"


def test_redirect_is_not_followed(client: Http) -> None:
    """A redirect is an answer: nobody goes where a student's server points."""
    with serving(response()) as trap, serving(
        response(b"", "302 Found", f"Location: http://127.0.0.1:{trap.port}/")
    ) as server:  # fmt: skip
        answer = get(client, server)
    assert answer.status == 302
    assert answer.headers["location"].endswith(f":{trap.port}/")
    assert trap.connections == 0


def test_connection_is_used_again(client: Http) -> None:
    """Several requests share one connection, and one that the server has closed is opened anew."""
    with serving(response()) as server:
        for _ in range(3):
            get(client, server)
        assert server.connections == 1
    with serving(response(b"", "200 OK", "Connection: close")) as server:
        for _ in range(3):
            get(client, server)
        assert server.connections == 3


def test_nobody_listens(client: Http) -> None:
    """A refused connection is a fact of its own."""
    with pytest.raises(Refused, match="nothing listens there"):
        client.fetch(HttpRequest("GET", "http://127.0.0.1:1/"))
    with pytest.raises(Refused):
        client.fetch(HttpRequest("GET", "https://127.0.0.1:1/"))


def never(sock: socket.socket) -> None:
    """Answer nothing."""
    sock.recv(1)


def drip(start: bytes, drop: bytes) -> Talk:
    def talk(sock: socket.socket) -> None:
        sock.sendall(start)
        while drop:
            sock.sendall(drop)
            threading.Event().wait(0.05)
        sock.recv(1)

    return talk


STALLS: dict[str, Talk] = {
    "no answer": never,
    "half a status line": drip(b"HTTP/1.1 2", b""),
    "head in drops": drip(b"HTTP/1.1 200 OK\r\nX-Long: ", b"x"),
    "headers without end": drip(b"HTTP/1.1 200 OK\r\n", b"X-More: 1\r\n"),
    "continue without end": drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "body in drops": drip(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", b"x"),
    "chunks in drops": drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "size of a chunk in drops": drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"),
    "body that stops": drip(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\nstart", b""),
}


@pytest.mark.parametrize("secure", [False, True], ids=["plain", "TLS"])
@pytest.mark.parametrize("talk", STALLS.values(), ids=STALLS)
def test_stall_ends_at_the_deadline(client: Http, ours: Identity, talk: Talk, secure: bool) -> None:
    """However a server stalls, the question ends at its deadline."""
    started = time.monotonic()
    with serving(talk, ours.server_context() if secure else None) as server:
        with pytest.raises(DeadlineExceeded):
            get(client, server, secure=secure, timeout=BOUND)
        assert time.monotonic() - started < BOUND + 3


def test_tls_that_never_begins(client: Http) -> None:
    """A server that takes the connection and shakes no hands ends at the deadline."""
    started = time.monotonic()
    with serving(never) as server:
        with pytest.raises(DeadlineExceeded):
            get(client, server, secure=True, timeout=BOUND)
        assert time.monotonic() - started < BOUND + 3


def test_flood_is_bounded(client: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a page without end only its head is read."""
    monkeypatch.setattr(module, "BODY_LIMIT", 100_000)

    def flood(sock: socket.socket) -> None:
        sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            sock.sendall(b"x" * 65536)

    with serving(flood) as server:
        answer = get(client, server)
    assert len(answer.body) == 100_000
    assert 0 < answer.dropped < 1_000_000


def test_headers_are_bounded(client: Http) -> None:
    """A header of enormous length is cut."""
    with serving(response(b"", "200 OK", f"X-Long: {'x' * 50_000}")) as server:
        assert len(get(client, server).headers["x-long"]) == 1000


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"\x00" * 100,
        b"SSH-2.0-OpenSSH_7.4\r\n",
        b"HTTP/1.1 abc def\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\nContent-Length: 7\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 500 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Encoding: gzip\r\n\r\nabc",
    ],
    ids=repr,
)
def test_garbage_is_no_crash(client: Http, garbage: bytes) -> None:
    """A server that does not speak HTTP could not be seen; it is never an error of our own."""

    def talk(sock: socket.socket) -> None:
        sock.sendall(garbage)
        socket.socket.shutdown(sock, socket.SHUT_RDWR)

    with serving(talk) as server, contextlib.suppress(TransportError):
        get(client, server, timeout=1)


def test_hang_up_without_a_word(client: Http) -> None:
    """A server that hangs up, politely or not, could not be seen."""

    def reset(sock: socket.socket) -> None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()

    with serving(reset) as server, pytest.raises(Unreachable, match=r"/: Connection reset by peer$"):
        get(client, server)


@pytest.mark.parametrize(
    ("problem", "says"),
    [(TimeoutError("timed out"), "no connection within 5 s"), (OSError(113, "No route to host"), "No route to host")],
    ids=["dropped", "rejected"],
)
def test_connection_that_cannot_be_made_is_told_in_words(problem: OSError, says: str) -> None:
    """Packets that vanish, and those that are turned away, are told as that, and not as Python calls it."""

    def fail(host: str, port: int, timeout: float) -> socket.socket:
        raise problem

    with pytest.raises(Unreachable) as raised:
        Http(fail).fetch(HttpRequest("GET", "http://192.168.200.10:30717/"))
    assert str(raised.value) == f"GET http://192.168.200.10:30717/: {says}"


def test_self_signed_page_is_read(client: Http, ours: Identity) -> None:
    """A page of the lab may sign itself."""
    with serving(response(b"page"), ours.server_context()) as server:
        assert get(client, server, secure=True).body == "page"


def test_plain_page_asked_over_tls(client: Http) -> None:
    """A plain page that is asked over TLS could not be seen."""
    with serving(response()) as server, pytest.raises(TransportError):
        get(client, server, secure=True, timeout=BOUND)


def test_plain_answer_to_tls_is_told(client: Http) -> None:
    """Where a server answers a TLS greeting in the clear, that is said, and not what OpenSSL calls it."""

    def answer_in_the_clear(listener: socket.socket) -> None:
        sock, _ = listener.accept()
        with sock:
            sock.recv(1024)
            sock.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as pool:
        pool.submit(answer_in_the_clear, listener)
        with pytest.raises(Unreachable, match=r"no TLS is spoken there$"):
            client.fetch(HttpRequest("GET", f"https://127.0.0.1:{listener.getsockname()[1]}/", timeout=5.0))


def test_credential_goes_to_its_authority_only(client: Http, ours: Identity, theirs: Identity) -> None:
    """Who asks with a credential is answered by a server that its authority signed, and by no other."""
    who = Credential("bearer", authority=ours.certificate, token="top-secret")
    with serving(response(b"well"), ours.server_context()) as right:
        assert get(client, right, secure=True, who=who).body == "well"
    assert b"Authorization: Bearer top-secret" in right.requests[0]
    with serving(response(b"evil"), theirs.server_context()) as wrong:
        with pytest.raises(Unreachable):
            get(client, wrong, secure=True, who=who)
        assert wrong.requests == []


@pytest.mark.parametrize("days_off", [-365, 365])
def test_clock_that_is_a_year_off_closes_nothing(client: Http, tmp_path: Path, days_off: int) -> None:
    """A certificate of a machine with another time is still its authority's, and nobody else's."""
    right, other = (Identity(tmp_path, name, days_off) for name in ("right", "other"))
    who = Credential("bearer", authority=right.certificate)
    with serving(response(b"well"), right.server_context()) as server:
        assert get(client, server, secure=True, who=who).body == "well"
    with serving(response(b"evil"), other.server_context()) as server, pytest.raises(Unreachable):
        get(client, server, secure=True, who=who)


def test_client_certificate_is_shown(client: Http, ours: Identity, theirs: Identity) -> None:
    """A client certificate opens a server that asks for it."""
    who = Credential("admin", theirs.certificate, theirs.key, ours.certificate)
    with serving(response(b"well"), ours.server_context(trusted=theirs)) as server:
        assert get(client, server, secure=True, who=who).body == "well"


@pytest.mark.parametrize(
    "who",
    [
        Credential("nobody's authority"),
        Credential("broken authority", authority="not a certificate"),
        Credential("broken pair", certificate="x", key="y", authority="-"),
        Credential("odd token", token="line\nbreak"),
        Credential("token that is no Latin", token="秘密"),
    ],
    ids=lambda who: who.name,
)
def test_broken_credential_is_no_crash(client: Http, ours: Identity, who: Credential) -> None:
    """A credential that cannot be used could not be tried; it is never an error of our own."""
    with serving(response(), ours.server_context()) as server, pytest.raises(TransportError):
        get(client, server, secure=True, who=who, timeout=1)


def test_two_callers_at_once(client: Http) -> None:
    """Several threads may ask at the same time."""
    with serving(response(b"well")) as server:
        bodies: list[str] = []
        callers = [threading.Thread(target=lambda: bodies.append(get(client, server).body)) for _ in range(6)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join(5)
    assert bodies == ["well"] * 6
