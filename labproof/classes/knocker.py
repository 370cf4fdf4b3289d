"""A program of its own that knocks at machines, over and over, until its input ends.

Its input is one line of JSON, `{"doors": [[host, port], ...], "connect": s, "speak": s, "pause": s, "at_once": n}`; for
each piece of news it writes a line `[door, answer, seconds]`, where a door is its number. It imports nothing of
Labproof's and hardly anything else: it stays small beside the labs that are being graded.
"""

import contextlib
import errno
import json
import os
import queue
import selectors
import socket
import sys
import threading
import time

Address = tuple[int, tuple[object, ...]]
_RESOLVERS = 4
_NUDGE_SECONDS = 1.0
_OWN_BANNER = b"SSH-2.0-labproof\r\n"
"""What may make a machine speak that waits for its client to begin, as some do that share one port (RFC 4253, 4.2)."""

_IN_PROGRESS = {errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EALREADY}


class Door:
    """A machine, and how the knock at it stands."""

    def __init__(self, number: int, host: str, port: int) -> None:
        self.number, self.host, self.port = number, host, port
        self.answer = ""
        self.since, self.until = 0.0, 0.0
        self.was_silent = False
        self.nudge_at = 0.0
        self.left: list[Address] = []
        self.sock: socket.socket | None = None


class Knocker:
    """Knocks at many doors at once, for `connect` and then `speak` seconds at most, and again `pause` seconds later."""

    def __init__(self, asked: dict[str, object]) -> None:
        self._connect, self._speak, self._pause, self._at_once = (
            float(str(asked[key])) for key in ("connect", "speak", "pause", "at_once")
        )
        doors = asked["doors"]
        assert isinstance(doors, list)
        self._due = [Door(number, str(host), int(port)) for number, (host, port) in enumerate(doors)]
        self._open: set[Door] = set()
        self._selector = selectors.DefaultSelector()
        self._names: queue.SimpleQueue[Door] = queue.SimpleQueue()
        self._named: queue.SimpleQueue[Door] = queue.SimpleQueue()
        self._bell, self._rope = socket.socketpair()
        self._bell.setblocking(False)

    def run(self) -> None:
        """Go on until the input ends."""
        self._selector.register(sys.stdin.buffer, selectors.EVENT_READ)
        self._selector.register(self._bell, selectors.EVENT_READ)
        for _ in range(_RESOLVERS):
            threading.Thread(target=self._resolve, daemon=True).start()
        while True:
            self._begin()
            for key, _ in self._selector.select(0.1):
                if key.fileobj is sys.stdin.buffer:
                    return
                if key.fileobj is self._bell:
                    self._bell.recv(4096)
                else:
                    self._go_on(key.data)
            while not self._named.empty():
                self._try_next(self._named.get())
            self._keep_time(time.monotonic())

    def _keep_time(self, now: float) -> None:
        for door in [door for door in self._open if door.sock is not None]:
            if now >= door.until:
                door.was_silent = True
                self._try_next(door)
            elif door.sock is not None and 0 < door.nudge_at <= now:
                door.nudge_at = 0.0
                with contextlib.suppress(OSError):
                    door.sock.send(_OWN_BANNER)

    def _begin(self) -> None:
        now, due = time.monotonic(), self._due
        self._due = []
        for door in due:
            if len(self._open) >= self._at_once or door.until > now:
                self._due.append(door)
                continue
            door.since, door.was_silent = now, False
            self._open.add(door)
            if not door.answer:
                self._tell(door, "asked")
            try:
                door.left = _addresses(door, socket.AI_NUMERICHOST)
            # A host that can be no name at all is a UnicodeError.
            except (OSError, UnicodeError):
                # Asking a name server may take its time: that is nobody else's.
                self._names.put(door)
            else:
                self._try_next(door)

    def _resolve(self) -> None:
        while True:
            door = self._names.get()
            try:
                door.left = _addresses(door, 0)
            except (OSError, UnicodeError):
                door.left = []
            self._named.put(door)
            self._rope.send(b".")

    def _try_next(self, door: Door) -> None:
        """Go to the next address of a door, or settle what the knock has come to."""
        self._close(door)
        door.nudge_at = 0.0
        while door.left:
            family, address = door.left.pop(0)
            try:
                door.sock = socket.socket(family, socket.SOCK_STREAM)
                door.sock.setblocking(False)
                failed = door.sock.connect_ex(address)
            except OSError as problem:
                failed = problem.errno or errno.EINVAL
            if door.sock is not None and (not failed or failed in _IN_PROGRESS):
                door.until = time.monotonic() + self._connect
                self._selector.register(door.sock, selectors.EVENT_WRITE, door)
                return
            self._close(door)
        self._settle(door, "silent" if door.was_silent else "away")

    def _go_on(self, door: Door) -> None:
        """Take what has become of a connection: it stands, something was said, or it has failed."""
        if (sock := door.sock) is None:
            return
        if self._selector.get_key(sock).events == selectors.EVENT_WRITE:
            if sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                self._try_next(door)
                return
            now = time.monotonic()
            door.until, door.nudge_at = now + self._speak, now + _NUDGE_SECONDS
            self._selector.modify(sock, selectors.EVENT_READ, door)
            return
        try:
            said = sock.recv(256)
        except OSError:
            said = b""
        if said:
            self._settle(door, "there")
        else:
            self._try_next(door)

    def _settle(self, door: Door, answer: str) -> None:
        self._close(door)
        self._open.discard(door)
        self._tell(door, answer)
        if answer != "there":
            door.until = time.monotonic() + self._pause
            self._due.append(door)

    def _tell(self, door: Door, answer: str) -> None:
        if answer != door.answer:
            door.answer = answer
            line = json.dumps([door.number, answer, round(time.monotonic() - door.since, 1)])
            os.write(sys.stdout.fileno(), f"{line}\n".encode())

    def _close(self, door: Door) -> None:
        if door.sock is not None:
            if door.sock in self._selector.get_map():
                self._selector.unregister(door.sock)
            door.sock.close()
            door.sock = None


def _addresses(door: Door, flags: int) -> list[Address]:
    found = socket.getaddrinfo(door.host, door.port, type=socket.SOCK_STREAM, flags=flags)
    return [(family, address) for family, _, _, _, address in found]


if __name__ == "__main__":
    Knocker(json.loads(sys.stdin.buffer.readline())).run()
