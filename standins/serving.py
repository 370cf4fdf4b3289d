"""A small HTTP server with bounds on size, time and number, for pages and health answers."""

import json
import logging
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

REQUEST_LIMIT = 1024 * 1024
SILENCE_SECONDS = 15.0
CONNECTION_SECONDS = 120.0
CONNECTIONS = 64
TLS_FIRST_BYTE = b"\x16"
LOG = logging.getLogger(__name__)
SAFETY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'",
}


@dataclass(frozen=True)
class Request:
    """A request, read in full."""

    method: str
    path: str
    target: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""

    def header(self, name: str) -> str:
        """Return a header's value, or nothing; case does not matter."""
        return self.headers.get(name.lower(), "")

    def bearer(self) -> str:
        """Return the token of an Authorization header, or nothing."""
        kind, _, token = self.header("Authorization").partition(" ")
        return token.strip() if kind.lower() == "bearer" else ""


@dataclass(frozen=True)
class Reply:
    """An answer to be sent."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_json(cls, content: Any, status: int = 200) -> "Reply":
        """Answer with an object as JSON."""
        return cls(status, json.dumps(content).encode(), "application/json")

    @classmethod
    def of_text(cls, text: str, status: int = 200) -> "Reply":
        """Answer with one line of plain text."""
        return cls(status, f"{text}\n".encode(), "text/plain; charset=utf-8")


App = Callable[[Request], Reply]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "labproof-stand-in"
    sys_version = ""
    timeout = SILENCE_SECONDS
    disable_nagle_algorithm = True
    server: "Server"

    def _answer(self) -> None:
        size = self.headers.get("Content-Length", "0")
        if self.headers.get("Transfer-Encoding") or not size.isdecimal():
            return self._refuse(411, "expected a Content-Length")
        if int(size) > REQUEST_LIMIT:
            return self._refuse(413, f"expected at most {REQUEST_LIMIT} bytes, found {size}")
        split = urlsplit(self.path)
        query = {key: values[-1] for key, values in parse_qs(split.query).items()}
        headers = {key.lower(): value for key, value in self.headers.items()}
        body = self.rfile.read(int(size))
        request = Request(self.command, unquote(split.path), self.path, query, headers, body)
        try:
            reply = self.server.app(request)
        except Exception:  # the border of the program: one bad request must not end the connection unanswered
            LOG.exception("%s %s", self.command, split.path)
            reply = Reply.of_text("internal error of the stand-in; its log has more", 500)
        self._send(reply)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _answer

    def _refuse(self, status: int, message: str) -> None:
        self.close_connection = True
        self._send(Reply.of_text(message, status))

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        headers = {"Content-Type": reply.content_type, "Content-Length": str(len(reply.body))}
        if self.close_connection:
            headers["Connection"] = "close"
        for name, value in {**SAFETY, **headers, **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    def log_message(self, format: str, *args: Any) -> None:
        LOG.debug(format, *args)


class Server(ThreadingHTTPServer):
    """Serves one app on one port; with a TLS context, over TLS."""

    daemon_threads = True
    request_queue_size = CONNECTIONS

    def __init__(self, address: tuple[str, int], app: App, tls: ssl.SSLContext | None = None) -> None:
        self.app = app
        self._tls = tls
        self._begun: dict[socket.socket, float] = {}
        super().__init__(address, _Handler)

    @property
    def port(self) -> int:
        """Return the port that is listened on."""
        return int(self.server_address[1])

    def start(self, poll: float = 0.5) -> "Server":
        """Begin to serve in a thread that ends with the program; poll (seconds) bounds how fast it stops."""
        Thread(target=self.serve_forever, args=(poll,), name=f"http-{self.port}", daemon=True).start()
        return self

    def server_bind(self) -> None:
        # HTTPServer's own would look up this machine's name: seconds, where the name server does not answer.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "", self.port

    def verify_request(self, request: Any, client_address: Any) -> bool:
        return len(self._begun) < CONNECTIONS

    def finish_request(self, request: Any, client_address: Any) -> None:
        # The handshake happens here, in the connection's own thread: a stalled client stalls nobody else.
        request.settimeout(SILENCE_SECONDS)
        with self._bounded(request):
            if self._tls is None:
                return super().finish_request(request, client_address)
            first = request.recv(1, socket.MSG_PEEK)
            if first != TLS_FIRST_BYTE:
                if first:
                    request.sendall(_NOT_TLS)
                return
            secured = self._tls.wrap_socket(request, server_side=True)
        with secured, self._bounded(secured):
            super().finish_request(secured, client_address)

    @contextmanager
    def _bounded(self, connection: socket.socket) -> Iterator[None]:
        self._begun[connection] = time.monotonic()
        try:
            yield
        finally:
            del self._begun[connection]

    def service_actions(self) -> None:
        oldest = time.monotonic() - CONNECTION_SECONDS
        for connection, begun in list(self._begun.items()):
            if begun < oldest:
                _hang_up(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        LOG.debug("connection from %s ended early", client_address, exc_info=True)


_NOT_TLS = (
    b"HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"
    b"Client sent an HTTP request to an HTTPS server.\n"
)


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError as error:
        LOG.debug("already closed: %s", error)
