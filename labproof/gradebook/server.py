"""A class's page over HTTP, for the browser of whoever started it on this computer, and for nobody else.

It listens on loopback, under a path that cannot be guessed: other users of this computer reach loopback, too. A page
from elsewhere whose name leads to loopback gives itself away by the Host header. Nothing can be changed through it.
"""

import re
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from labproof.gradebook import page, reading
from labproof.gradebook.book import Book, Graded
from labproof.gradebook.class_file import NAME
from labproof.gradebook.student_reports import STUDENT, folder_of, of_instructor
from labproof.ground import language
from labproof.ground.errors import ConfigError
from labproof.ground.wait import Clock, Deadline
from labproof.ground.wording import say

HOST = "127.0.0.1"
REFRESH_SECONDS = 10
_FRESH_SECONDS = 3.0
"""How long a page is good that was drawn: a class of hundreds takes a second to draw."""

_PAGE = "index.html"
"""What the page is called on disk: the reports lead back to it by that name."""
_REPORT_LIMIT = 64 * 1024 * 1024
_ADDRESS = "open the whole address that `labproof class watch` has told"
_WAIT = "The first lab is not graded yet."
_POLICY = re.compile(r'http-equiv="Content-Security-Policy"\s+content="([^"]+)"')


@dataclass
class ClassPage:
    """The page of a class that is being graded, drawn when somebody asks and something is new."""

    folder: Path
    clock: Clock = field(default_factory=Clock)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _drawn: str = ""
    _book: Book | None = None
    _stamp: int = -1
    _fresh: Deadline | None = None

    def html(self) -> str:
        """Return the page."""
        with self._lock:
            if self._fresh is None or self._fresh.is_expired:
                self._draw()
                self._fresh = Deadline(_FRESH_SECONDS, self.clock)
            return self._drawn or f"<!doctype html><meta charset=utf-8><title>Labproof</title><p>{say(_WAIT)}"

    def report(self, name: str) -> bytes | None:
        """Return a report that the page leads to, None for any other name.

        An instructor's report is made when it is asked for: nobody writes one while a class is being watched.
        """
        with self._lock:
            book = self._book
        if book is None:
            return None
        for graded in book.students:
            if page.report_link(graded) == f"./{name}":
                return self._made(graded, book)
            if graded.marks and name == f"{quote(folder_of(graded.student))}/{STUDENT}":
                return _read(self.folder / graded.student.run / "report.html")
        return None

    def _made(self, graded: Graded, book: Book) -> bytes | None:
        try:
            return of_instructor(graded, self.folder, book).encode("utf-8", "backslashreplace")
        except ConfigError:
            # The next round has taken that run away: whoever asks again gets the new one.
            return None

    def _draw(self) -> None:
        try:
            stamp = (self.folder / NAME).stat().st_mtime_ns
            if stamp == self._stamp:
                return
            book = reading.load(self.folder)
        except (OSError, ConfigError):
            # There is none yet; what was drawn last stays.
            return
        self._stamp, self._drawn = stamp, page.render(book, language.current())
        self._book = book


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.stat().st_size <= _REPORT_LIMIT else None
    except OSError:
        return None


class PageServer:
    """Serves a page while the block runs. Raises ConfigError for a port that cannot be had."""

    def __init__(self, shown: ClassPage, port: int = 0, secret: str = "") -> None:
        self._secret = secret or secrets.token_urlsafe(16)
        try:
            self._server = ThreadingHTTPServer((HOST, port), _handler(shown, self._secret))
        except (OSError, OverflowError) as problem:
            raise ConfigError([f"--port: {port} cannot be had here ({problem}); name another, or none"]) from None
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def port(self) -> int:
        """Return where it listens."""
        return int(self._server.server_address[1])

    @property
    def address(self) -> str:
        """Return what to open in a browser."""
        return f"http://{HOST}:{self.port}/{self._secret}/"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


def _handler(shown: ClassPage, secret: str) -> Callable[..., BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10.0
        server_version, sys_version = "Labproof", ""

        def do_GET(self) -> None:
            self._answer()

        def do_HEAD(self) -> None:
            self._answer()

        def _answer(self) -> None:
            port = self.connection.getsockname()[1]
            if self.headers.get("Host") not in (f"{HOST}:{port}", f"localhost:{port}"):
                self._send(HTTPStatus.FORBIDDEN, say("this page is for the browser of this computer alone").encode())
                return
            _, given, name = (self.path.partition("?")[0] + "//").split("/", 2)
            if not secrets.compare_digest(given.encode(), secret.encode()):
                self._send(HTTPStatus.NOT_FOUND, say(_ADDRESS).encode())
                return
            name = name.strip("/").removesuffix(_PAGE)
            body = shown.report(name) if name else shown.html().encode("utf-8", "backslashreplace")
            if body is None:
                self._send(HTTPStatus.NOT_FOUND, say("no such report").encode())
            else:
                self._send(HTTPStatus.OK, body, **({} if name else {"Refresh": str(REFRESH_SECONDS)}))

        def _send(self, status: HTTPStatus, body: bytes, **headers: str) -> None:
            kind = "text/html" if status is HTTPStatus.OK else "text/plain"
            self.send_response(status)
            for name, value in {**_headers(body), "Content-Type": f"{kind}; charset=utf-8", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: the terminal shows the class."""

    return Handler


def _headers(body: bytes) -> dict[str, str]:
    """Return the headers of an answer; a page may do what its own policy says, and stand in no frame."""
    own = _POLICY.search(body[:8192].decode("utf-8", "replace"))
    policy = own[1] if own else "default-src 'none'; base-uri 'none'; form-action 'none'"
    return {
        "Content-Length": str(len(body)),
        "Content-Security-Policy": f"{policy}; frame-ancestors 'none'",
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
