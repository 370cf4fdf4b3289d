"""The one way out of a browser: a SOCKS5 server on loopback that leads to one address and port, and nowhere else."""

import contextlib
import ipaddress
import socket
import socketserver
import struct
import threading
from collections.abc import Callable
from typing import Self

from labproof.ground.errors import Refused, TransportError, Unreachable
from labproof.ground.fault import in_words

CHUNK = 65536
HANDSHAKE_SECONDS = 10.0
CONNECT_SECONDS = 10.0
MOST_BYTES = 64 * 1024 * 1024
"""What a page may send in one visit: a page without end is cut off."""
MOST_CONNECTIONS = 64
# https://www.rfc-editor.org/rfc/rfc1928: version, methods, commands, kinds of address, replies.
_VERSION, _NO_LOGIN, _NO_METHOD = 5, 0, 0xFF
_CONNECT = 1
_IPV4, _NAME, _IPV6 = 1, 3, 4
_DONE, _NOT_ALLOWED, _UNREACHABLE, _REFUSED, _UNKNOWN_COMMAND = 0, 2, 4, 5, 7

OpenSocket = Callable[[str, int, float], socket.socket]


class Doorway:
    """Serves while it is entered; `open_socket` makes the connections, and proves whose they are.

    `problem` is what kept the last one from being made. `listener` is where to listen, if not on our own loopback.
    """

    def __init__(self, host: str, port: int, open_socket: OpenSocket, listener: socket.socket | None = None) -> None:
        self.goal = (host, port)
        self.problem: TransportError | None = None
        self.left = MOST_BYTES
        self.lock = threading.Lock()
        self._open_socket = open_socket
        self._sockets: set[socket.socket] = set()
        self._server = _Server(self, listener or socket.create_server(("127.0.0.1", 0)))

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="doorway", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        with self.lock:
            for each in self._sockets:
                _hang_up(each)

    @property
    def port(self) -> int:
        """Return the port of 127.0.0.1 that is listened on."""
        return int(self._server.server_address[1])

    def open(self) -> socket.socket:
        """Open a connection to the one goal. Raises TransportError, and remembers it."""
        try:
            return self._open_socket(*self.goal, CONNECT_SECONDS)
        except TransportError as problem:
            self.problem = problem
            raise

    def relay(self, browser: socket.socket, page: socket.socket) -> None:
        """Pass on what comes from either side until one has ended, or the page has sent too much."""
        with self.lock:
            self._sockets |= {browser, page}
        back = threading.Thread(target=self._pass_on, args=(page, browser), daemon=True)
        back.start()
        self._pass_on(browser, page)
        back.join()
        with self.lock:
            self._sockets -= {browser, page}
        page.close()

    def admits_another(self) -> bool:
        """Tell whether one more connection may be open at the same time."""
        return len(self._sockets) < 2 * MOST_CONNECTIONS

    def _pass_on(self, source: socket.socket, goal: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while (data := source.recv(CHUNK)) and self._may_pass(len(data)):
                goal.sendall(data)
        # Either end has gone, or sends without end: the other learns of it at once.
        _hang_up(goal)
        _hang_up(source)

    def _may_pass(self, size: int) -> bool:
        with self.lock:
            self.left -= size
            return self.left >= 0


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, doorway: Doorway, listener: socket.socket) -> None:
        self.doorway = doorway
        super().__init__(listener.getsockname(), _Visitor, bind_and_activate=False)
        self.socket.close()
        self.socket = listener


class _Visitor(socketserver.BaseRequestHandler):
    request: socket.socket
    server: _Server

    def handle(self) -> None:
        doorway = self.server.doorway
        self.request.settimeout(HANDSHAKE_SECONDS)
        with contextlib.suppress(OSError, EOFError, struct.error):
            if not self._greets() or not self._asks_for(doorway.goal) or not doorway.admits_another():
                return
            try:
                page = doorway.open()
            except TransportError as problem:
                self._reply(_REFUSED if isinstance(problem, Refused) else _UNREACHABLE)
                return
            self._reply(_DONE)
            for each in (self.request, page):
                each.settimeout(None)
            doorway.relay(self.request, page)

    def _greets(self) -> bool:
        version, count = self._read(2)
        methods = self._read(count)
        is_right = version == _VERSION and _NO_LOGIN in methods
        self.request.sendall(bytes((_VERSION, _NO_LOGIN if is_right else _NO_METHOD)))
        return is_right

    def _asks_for(self, goal: tuple[str, int]) -> bool:
        """Read what is asked for; refuse anything but a connection to the goal before a packet is sent."""
        _, command, _, kind = self._read(4)
        asked = self._host(kind), struct.unpack("!H", self._read(2))[0]
        if command == _CONNECT and asked == goal:
            return True
        self._reply(_NOT_ALLOWED if command == _CONNECT else _UNKNOWN_COMMAND)
        return False

    def _host(self, kind: int) -> str:
        if kind == _NAME:
            return self._read(self._read(1)[0]).decode("ascii", "replace")
        if kind not in (_IPV4, _IPV6):
            raise EOFError
        return str(ipaddress.ip_address(self._read(4 if kind == _IPV4 else 16)))

    def _reply(self, code: int) -> None:
        self.request.sendall(bytes((_VERSION, code, 0, _IPV4, 0, 0, 0, 0, 0, 0)))

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            if not (more := self.request.recv(size - len(data))):
                raise EOFError
            data += more
        return data


def _hang_up(each: socket.socket) -> None:
    with contextlib.suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)


def opened(host: str, port: int, timeout: float) -> socket.socket:
    """Open a plain connection. Raises Refused or Unreachable."""
    try:
        return socket.create_connection((host, port), timeout)
    except ConnectionRefusedError as problem:
        raise Refused(f"connection refused by {host}:{port}") from problem
    except OSError as problem:
        raise Unreachable(f"no connection to {host}:{port}: {in_words(problem)}") from problem
