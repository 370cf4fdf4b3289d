"""Pages and API paths over HTTP(S): the door to urllib3.

A server on a student's machine may redirect, stall, or send without end: redirects are returned and not
followed, and every answer has one deadline and one bound on its size.
"""

import contextlib
import socket
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from labproof.connection.base import Credential, HttpRequest, HttpResponse
from labproof.connection.bounded import BoundedOutput
from labproof.ground.errors import DeadlineExceeded, Refused, TransportError, Unreachable
from labproof.ground.fault import in_words
from labproof.ground.slowness import stretched
from labproof.ground.wait import Deadline

BODY_LIMIT = 8 * 1024 * 1024
CONNECT_SECONDS = 5.0
# X509_V_FLAG_NO_CHECK_TIME of OpenSSL, X509_VERIFY_PARAM_set_flags(3): Python's ssl has no name for it.
_NO_CHECK_TIME = 0x200000
_NO_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG")
"""What OpenSSL 1.1.1 to 3.5 call the answer of a server that speaks in the clear."""
OpenSocket = Callable[[str, int, float], socket.socket]


class Http:
    """A client for one way to reach servers: directly, or through a machine's SSH connection.

    Connections stay open between requests: the API is asked often.
    """

    def __init__(self, open_socket: OpenSocket) -> None:
        self._open_socket = open_socket
        self._pools: dict[tuple[object, ...], urllib3.HTTPConnectionPool] = {}
        self._lock = threading.Lock()
        self._watch = _Watch()

    def fetch(self, request: HttpRequest) -> HttpResponse:
        """Ask and return the answer. Raises Refused, Unreachable or DeadlineExceeded."""
        deadline = Deadline(request.timeout)
        try:
            with self._watch.cutting_at(deadline):
                return self._ask(request, deadline)
        except TransportError:
            raise
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as problem:
            # A ValueError is a credential that cannot be used at all.
            raise _mapped(request, problem, deadline) from problem

    def close(self) -> None:
        """Close every connection that is still open."""
        with self._lock:
            for pool in self._pools.values():
                pool.close()
            self._pools.clear()

    def _ask(self, request: HttpRequest, deadline: Deadline) -> HttpResponse:
        pool = self._pool(request)
        parts = urlsplit(request.url)
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        headers = {"User-Agent": "labproof", "Accept-Encoding": "identity", **request.headers}
        if request.credential and request.credential.token:
            headers["Authorization"] = f"Bearer {request.credential.token}"
        answer = pool.urlopen(
            request.method,
            target,
            body=request.body or None,
            headers=headers,
            redirect=False,
            retries=False,
            preload_content=False,
            timeout=urllib3.Timeout(connect=min(stretched(CONNECT_SECONDS), request.timeout), read=request.timeout),
        )
        try:
            body = _read(answer, request, deadline)
        finally:
            answer.release_conn()
        return HttpResponse(
            status=answer.status,
            headers={k.lower(): v[:1000] for k, v in answer.headers.items()},
            body=body.text,
            dropped=body.dropped,
            digest=body.digest,
        )

    def _pool(self, request: HttpRequest) -> urllib3.HTTPConnectionPool:
        parts = urlsplit(request.url)
        host, secure = parts.hostname or "", parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        who = request.credential
        key = (parts.scheme, host, port, who)
        with self._lock:
            if key not in self._pools:
                self._pools[key] = self._new_pool(host, port, secure, who)
            return self._pools[key]

    def _new_pool(self, host: str, port: int, secure: bool, who: Credential | None) -> urllib3.HTTPConnectionPool:
        if not secure:
            plain = urllib3.HTTPConnectionPool(host, port, maxsize=4)
            plain.ConnectionCls = _plain_connection(self._open_socket, self._watch)
            return plain
        pool = urllib3.HTTPSConnectionPool(host, port, maxsize=4, ssl_context=_context(who), assert_hostname=False)
        pool.ConnectionCls = _tls_connection(self._open_socket, self._watch)
        return pool


class _Watch(threading.local):
    """Cuts the connection of the request that a thread waits for.

    A socket's own timeout is for one read: a server that sends a byte now and then would never reach it.
    """

    def __init__(self) -> None:
        self._held: list[socket.socket] = []

    @contextmanager
    def cutting_at(self, deadline: Deadline) -> Iterator[None]:
        """Cut what is held in this block when the deadline passes."""
        held = self._held = []
        timer = threading.Timer(deadline.remaining, _cut, (held,))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def hold(self, sock: socket.socket) -> None:
        """Take the socket that the request goes over."""
        self._held.append(sock)


def _cut(held: list[socket.socket]) -> None:
    for sock in held:
        with contextlib.suppress(OSError):
            # Not the method of a TLS socket: that would let the reader go on in the clear.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)


def _read(answer: urllib3.BaseHTTPResponse, request: HttpRequest, deadline: Deadline) -> BoundedOutput:
    body = BoundedOutput(kept=BODY_LIMIT, limit=BODY_LIMIT)
    while chunk := answer.read1(65536):
        body.add(chunk)
        if body.is_flooded:
            answer.close()
            return body
    if deadline.is_expired:
        answer.close()
        raise DeadlineExceeded(f"{request}: still sending after {request.timeout:.0f} s")
    return body


def _context(who: Credential | None) -> ssl.SSLContext:
    """Return TLS settings: pages of the lab sign themselves; the API must be signed by its own authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    if who is None:
        context.verify_mode = ssl.CERT_NONE
        return context
    # A machine's clock may be a year off: the cluster's certificates are then of that time, and no less its own.
    context.verify_flags = ssl.VerifyFlags(context.verify_flags | _NO_CHECK_TIME)
    context.load_verify_locations(cadata=who.authority)
    if not who.certificate:
        return context
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as pair:
        pair.write(f"{who.certificate}\n{who.key}\n")
        pair.flush()
        context.load_cert_chain(pair.name)
    return context


def _plain_connection(opener: OpenSocket, watch: _Watch) -> type[Any]:
    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return _opened(opener, self)

        def getresponse(self) -> Any:
            watch.hold(self.sock)
            return super().getresponse()

    return Plain


def _tls_connection(opener: OpenSocket, watch: _Watch) -> type[Any]:
    class Tls(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return _opened(opener, self)

        def connect(self) -> None:
            super().connect()
            # Whether the server must be who it says is settled by the context; urllib3 need not warn.
            self.is_verified = True

        def getresponse(self) -> Any:
            watch.hold(self.sock)
            return super().getresponse()

    return Tls


def _opened(opener: OpenSocket, connection: HTTPConnection) -> socket.socket:
    seconds = connection.timeout if isinstance(connection.timeout, float | int) else CONNECT_SECONDS
    sock = opener(connection.host, connection.port or connection.default_port, seconds)
    # A socket that leads through a tunnel has no timeout of its own.
    sock.settimeout(seconds)
    return sock


def _mapped(request: HttpRequest, problem: Exception, deadline: Deadline) -> TransportError:
    if deadline.is_expired or isinstance(problem, urllib3.exceptions.TimeoutError | TimeoutError):
        return DeadlineExceeded(f"{request}: no answer within {request.timeout:.0f} s")
    causes: list[BaseException] = [problem]
    while (inner := causes[-1].__cause__ or causes[-1].__context__) is not None:
        causes.append(inner)
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return Refused(f"{request}: connection refused, nothing listens there")
    if any(isinstance(cause, ssl.SSLError) and cause.reason in _NO_TLS for cause in causes):
        return Unreachable(f"{request}: no TLS is spoken there")
    if isinstance(causes[-1], TimeoutError):
        return Unreachable(f"{request}: no connection within {stretched(CONNECT_SECONDS):.0f} s")
    return Unreachable(f"{request}: {in_words(causes[-1])}")
