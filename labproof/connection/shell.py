"""A shell on a machine that takes one command after another over one channel.

Each command's output ends with a nonce that the machine cannot guess beforehand. That costs a round trip a
command instead of a channel, a login and a sudo, and it writes no file on the machine; commands may also be
sent ahead of the answers to those before them.
"""

import re
import secrets
import threading
from dataclasses import dataclass, field
from typing import Protocol

from labproof.connection.base import OUTPUT_READ
from labproof.connection.bounded import BoundedOutput
from labproof.ground.errors import DeadlineExceeded, TransportError, Unreachable
from labproof.ground.wait import Deadline

_STATUS = re.compile(rb" (\d{1,3})")
_STATUS_BYTES = 4


class Stream(Protocol):
    """One of a channel's streams, which another thread fills."""

    def set_event(self, event: threading.Event) -> None:
        """Name the event to be set when there is output, or no more of it."""
        ...


class Channel(Protocol):
    """The two ways of a shell's channel, as paramiko has them."""

    closed: bool

    @property
    def in_buffer(self) -> Stream:
        """Return the output that has come."""
        ...

    @property
    def in_stderr_buffer(self) -> Stream:
        """Return the other stream's output that has come."""
        ...

    def settimeout(self, timeout: float | None) -> None:
        """Bound sending."""
        ...

    def sendall(self, s: bytes) -> None:
        """Send all of it."""
        ...

    def recv_ready(self) -> bool:
        """Tell whether there is output."""
        ...

    def recv(self, nbytes: int) -> bytes:
        """Take output."""
        ...

    def recv_stderr_ready(self) -> bool:
        """Tell whether there is output on the other stream."""
        ...

    def recv_stderr(self, nbytes: int) -> bytes:
        """Take output of the other stream."""
        ...

    def exit_status_ready(self) -> bool:
        """Tell whether the shell has ended."""
        ...

    def close(self) -> None:
        """Close both ways."""
        ...


class Arrival(threading.Event):
    """Set when output has come on either stream of a channel, or its end.

    Waiting with `select` instead makes paramiko open a pipe, which it closes under the hands of its own receiving
    thread: a channel that is closed while the machine still sends would then take the whole connection with it.
    """

    def __init__(self, channel: Channel) -> None:
        super().__init__()
        channel.in_buffer.set_event(self)
        channel.in_stderr_buffer.set_event(self)

    def clear(self) -> None:
        """Do nothing: that one stream has been read tells nothing of the other one."""

    def await_next(self, timeout: float) -> bool:
        """Wait, in seconds, until something came since the last call; tell whether it did."""
        came = self.wait(timeout)
        super().clear()
        return came


class Framed:
    """One stream of one command, up to the line that carries the nonce; `rest` is what came after that line.

    `status` is that of the command where the line tells one, otherwise -1.
    """

    def __init__(self, nonce: str) -> None:
        self._mark = f"\n{nonce}".encode()
        self._tail = b""
        self.content = BoundedOutput()
        self.is_complete = False
        self.status = -1
        self.rest = b""

    @property
    def is_flooded(self) -> bool:
        """Tell whether more came than anybody should read, before its mark or after it."""
        return self.content.is_flooded or len(self.rest) > OUTPUT_READ

    def add(self, data: bytes) -> None:
        """Take bytes; keep back as many as may be the start of the mark."""
        if self.is_complete:
            self.rest += data
            return
        data = self._tail + data
        at = data.find(self._mark)
        if at < 0:
            keep = len(self._mark) - 1
            self.content.add(data[:-keep])
            self._tail = data[-keep:]
            return
        self.content.add(data[:at])
        self._tail = data[at:]
        line, end, rest = self._tail[len(self._mark) :].partition(b"\n")
        if not end and len(line) <= _STATUS_BYTES:
            return
        told = _STATUS.fullmatch(line)
        self.status = int(told[1]) if told else -1
        self.rest = rest
        self.is_complete = True


@dataclass
class Frame:
    """A command that was sent, and both of its streams as far as they came."""

    line: str
    output: Framed
    error: Framed = field(repr=False)

    @property
    def is_complete(self) -> bool:
        """Tell whether all of its output is here."""
        return self.output.is_complete and self.error.is_complete

    @property
    def is_flooded(self) -> bool:
        """Tell whether it sent more than anybody should read."""
        return self.output.is_flooded or self.error.is_flooded


class FramedShell:
    """A shell behind a channel; commands are answered in the order in which they were sent."""

    def __init__(self, name: str, channel: Channel) -> None:
        self._name = name
        self._channel = channel
        self._arrival = Arrival(channel)
        self._waiting = 0
        self._rest = (b"", b"")

    @property
    def is_open(self) -> bool:
        """Tell whether more can be asked."""
        return not self._channel.closed

    def close(self) -> None:
        """Close the channel; what still runs in it is left to its own time limit."""
        self._channel.close()

    def send(self, line: str, deadline: Deadline) -> Frame:
        """Send a command and return where its answer will go."""
        if not self._waiting:
            # What was printed after the last answer is nobody's.
            self._rest = (b"", b"")
        nonce = secrets.token_hex(12)
        self._channel.settimeout(max(0.1, deadline.remaining))
        text = f"{line}\nprintf '\\n{nonce} %d\\n' $?; printf '\\n{nonce}\\n' >&2\n"
        self._channel.sendall(text.encode())
        self._waiting += 1
        return Frame(line, Framed(nonce), Framed(nonce))

    def receive(self, frame: Frame, deadline: Deadline) -> None:
        """Wait for the answer to the oldest command that was sent.

        Raises DeadlineExceeded, Unreachable when the shell ends, and TransportError for a flood.
        """
        frame.output.add(self._rest[0])
        frame.error.add(self._rest[1])
        while not frame.is_complete:
            self._read(frame, deadline)
        if frame.output.status < 0:
            self.close()
            raise TransportError(f"{self._name}: the end of {frame.line[:120]!r} was garbled")
        self._rest = (frame.output.rest, frame.error.rest)
        self._waiting -= 1

    def _read(self, frame: Frame, deadline: Deadline) -> None:
        channel, asked = self._channel, f"{self._name}: {frame.line[:120]!r}"
        came = self._arrival.await_next(min(1.0, deadline.remaining))
        while channel.recv_ready() and not frame.output.is_flooded:
            frame.output.add(channel.recv(65536))
        while channel.recv_stderr_ready() and not frame.error.is_flooded:
            frame.error.add(channel.recv_stderr(65536))
        if frame.is_flooded:
            self.close()
            raise TransportError(f"{asked} sent more than we read; it was cut off")
        if channel.exit_status_ready() and not (channel.recv_ready() or channel.recv_stderr_ready()):
            self.close()
            if not frame.is_complete:
                raise Unreachable(f"{self._name}: the shell ended in the middle of {frame.line[:120]!r}")
        if deadline.is_expired and not frame.is_complete:
            problem = "was still talking after" if came else "gave no answer within"
            raise DeadlineExceeded(f"{asked} {problem} {deadline.seconds:.0f} s")
