"""Root's shell on one machine over SSH: the door to paramiko.

One shell stays open and takes one command after another, each framed by a nonce that the machine cannot
guess beforehand. That costs a round trip a command instead of a channel, a login and a sudo, and it writes
no file on the machine.
"""

import contextlib
import logging
import secrets
import select
import shlex
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paramiko

from labproof.connection.base import Command, CommandResult
from labproof.connection.bounded import BoundedOutput
from labproof.errors import DeadlineExceeded, TransportError, Unreachable
from labproof.wait import Deadline

CONNECT_SECONDS = 8.0
GRACE_SECONDS = 3.0
RETRY_AFTER_SECONDS = 10.0
_ENVIRONMENT = (
    "env -i HOME=/root USER=root LOGNAME=root LANG=C.UTF-8 TERM=dumb"
    " PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
)
_TIMED_OUT = (124, 137)

# paramiko reports every lost connection on its own logger with a traceback; we raise instead.
logging.getLogger("paramiko").setLevel(logging.CRITICAL)


class Ssh:
    """The connection to one machine. Commands run one at a time, always as root."""

    def __init__(self, name: str, host: str, port: int, user: str, key_file: Path | None) -> None:
        self.name = name
        self._address = (host, port)
        self._user = user
        self._key_file = key_file
        self._client: paramiko.SSHClient | None = None
        self._shell: paramiko.Channel | None = None
        self._lock = threading.Lock()
        self._down: tuple[Deadline, str] | None = None

    def run(self, command: Command) -> CommandResult:
        """Run a command and return what it left. Raises Unreachable or DeadlineExceeded."""
        with self._lock, self._mapped(command.line):
            if command.answers:
                return self._converse(command)
            return self._framed(command)

    def open(self) -> None:
        """Connect ahead of the first command; that command meets whatever goes wrong here."""
        with contextlib.suppress(TransportError), self._lock, self._mapped("a shell"):
            self._open_shell()

    def open_tunnel(self, host: str, port: int, timeout: float) -> paramiko.Channel:
        """Open a stream to an address as the machine sees it; a refusal raises ChannelException."""
        with self._lock, self._mapped(f"a tunnel to {host}:{port}"):
            return self._transport().open_channel("direct-tcpip", (host, port), ("127.0.0.1", 0), timeout=timeout)

    def close(self) -> None:
        """Close the shell and the connection."""
        if self._client is not None:
            self._client.close()
        self._client = self._shell = None

    def _transport(self) -> paramiko.Transport:
        transport = self._client.get_transport() if self._client else None
        if transport is None or not transport.is_active():
            self._connect()
            assert self._client is not None
            transport = self._client.get_transport()
        if transport is None:
            raise Unreachable(f"{self.name}: the SSH connection closed at once")
        return transport

    def _connect(self) -> None:
        if self._down and not self._down[0].is_expired:
            raise Unreachable(self._down[1])
        self.close()
        client = paramiko.SSHClient()
        # The lab's machines are made anew with keys of their own; who answers is settled by the private network.
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        host, port = self._address
        client.connect(
            host,
            port,
            self._user,
            key_filename=str(self._key_file) if self._key_file else None,
            timeout=CONNECT_SECONDS,
            banner_timeout=CONNECT_SECONDS,
            auth_timeout=CONNECT_SECONDS,
            channel_timeout=CONNECT_SECONDS,
            allow_agent=self._key_file is None,
            look_for_keys=self._key_file is None,
        )
        self._client = client

    @contextmanager
    def _mapped(self, what: str) -> Iterator[None]:
        """Turn paramiko's errors into ours, and remember for a while that the machine is out of reach."""
        try:
            yield
        except (paramiko.ChannelException, TransportError) as problem:
            if isinstance(problem, DeadlineExceeded):
                self._drop_shell()
            raise
        except (paramiko.SSHException, OSError, EOFError) as problem:
            host, port = self._address
            detail = str(problem) or type(problem).__name__
            message = f"{self.name}: no SSH connection to {host}:{port} for {shlex.quote(what)[:80]}: {detail}"
            self._down = (Deadline(RETRY_AFTER_SECONDS), message)
            self.close()
            raise Unreachable(message) from problem

    def _drop_shell(self) -> None:
        if self._shell is not None:
            self._shell.close()
        self._shell = None

    def _elevated(self, line: str) -> str:
        return f"{_ENVIRONMENT} {line}" if self._user == "root" else f"sudo -n {_ENVIRONMENT} {line}"

    def _open_shell(self) -> paramiko.Channel:
        shell = self._shell
        if shell is not None and not shell.closed and self._transport().is_active():
            return shell
        shell = self._transport().open_session(timeout=CONNECT_SECONDS)
        shell.exec_command(self._elevated("/bin/sh"))
        self._shell = shell
        # Whatever a login file printed comes before this first frame and is thrown away with it.
        self._exchange(shell, ":", Deadline(CONNECT_SECONDS))
        return shell

    def _framed(self, command: Command) -> CommandResult:
        shell = self._open_shell()
        deadline = Deadline(command.timeout + GRACE_SECONDS)
        limit = max(1, round(command.timeout))
        line = f"timeout -k 1 {limit} {command.shell} -c {shlex.quote(command.line)} </dev/null"
        status, output, error = self._exchange(shell, line, deadline)
        if status in _TIMED_OUT and deadline.elapsed >= limit:
            raise DeadlineExceeded(
                f"{self.name}: {command.line!r} did not end within {limit} s; it printed: {output.text[-200:]!r}"
            )
        return _result(command, status, output, error)

    def _exchange(
        self, shell: paramiko.Channel, line: str, deadline: Deadline
    ) -> tuple[int, BoundedOutput, BoundedOutput]:
        nonce = secrets.token_hex(12)
        shell.settimeout(max(0.1, deadline.remaining))
        frame = f"{line}\nprintf '\\n{nonce} %d\\n' $?; printf '\\n{nonce}\\n' >&2\n"
        shell.sendall(frame.encode())
        output, error = _Framed(nonce), _Framed(nonce)
        while not (output.is_complete and error.is_complete):
            self._receive(shell, output, error, deadline, line)
        return output.status, output.content, error.content

    def _receive(
        self, shell: paramiko.Channel, output: "_Framed", error: "_Framed", deadline: Deadline, line: str
    ) -> None:
        ready, _, _ = select.select([shell], [], [], min(1.0, deadline.remaining))
        while shell.recv_ready() and not output.content.is_flooded:
            output.add(shell.recv(65536))
        while shell.recv_stderr_ready() and not error.content.is_flooded:
            error.add(shell.recv_stderr(65536))
        if output.content.is_flooded or error.content.is_flooded:
            self._drop_shell()
            raise TransportError(f"{self.name}: {line[:120]!r} sent more than we read; it was cut off")
        if shell.exit_status_ready() and not (shell.recv_ready() or shell.recv_stderr_ready()):
            self._drop_shell()
            if not (output.is_complete and error.is_complete):
                raise Unreachable(f"{self.name}: the shell ended in the middle of {line[:120]!r}")
        if not ready and deadline.is_expired:
            raise DeadlineExceeded(f"{self.name}: no answer to {line[:120]!r} within {deadline.seconds:.0f} s")
        if deadline.is_expired:
            raise DeadlineExceeded(f"{self.name}: {line[:120]!r} was still talking after {deadline.seconds:.0f} s")

    def _converse(self, command: Command) -> CommandResult:
        """Run a command on a terminal and type each answer once its prompt has been shown."""
        channel = self._transport().open_session(timeout=CONNECT_SECONDS)
        deadline = Deadline(command.timeout)
        channel.get_pty("dumb", 200, 50)
        channel.exec_command(self._elevated(f"{command.shell} -c {shlex.quote(command.line)}"))
        output, answered = BoundedOutput(), 0
        while not (channel.exit_status_ready() and not channel.recv_ready()):
            if deadline.is_expired:
                channel.close()
                raise DeadlineExceeded(f"{self.name}: {command.line!r} still waits; it shows: {output.text[-200:]!r}")
            select.select([channel], [], [], min(0.5, deadline.remaining))
            while channel.recv_ready() and not output.is_flooded:
                output.add(channel.recv(65536))
            if output.is_flooded:
                channel.close()
                raise TransportError(f"{self.name}: {command.line[:120]!r} sent more than we read; it was cut off")
            unseen = output.text[answered:]
            for prompt, answer in command.answers.items():
                if prompt in unseen:
                    answered = len(output.text)
                    channel.sendall(f"{answer}\n".encode())
                    break
        status = channel.recv_exit_status()
        if status < 0:
            raise Unreachable(f"{self.name}: the connection was lost in the middle of {command.line[:120]!r}")
        return _result(command, status, output, BoundedOutput())


class _Framed:
    """One stream of one command, up to the line that carries the nonce."""

    def __init__(self, nonce: str) -> None:
        self._mark = f"\n{nonce}".encode()
        self._tail = b""
        self.content = BoundedOutput()
        self.is_complete = False
        self.status = -1

    def add(self, data: bytes) -> None:
        """Take bytes; keep back as many as may be the start of the mark. What follows the mark is nobody's."""
        if self.is_complete:
            return
        data = self._tail + data
        at = data.find(self._mark)
        if at < 0:
            keep = len(self._mark) + 16
            self.content.add(data[:-keep])
            self._tail = data[-keep:]
            return
        line, end, _ = data[at + len(self._mark) :].partition(b"\n")
        if not end:
            self._tail = data
            return
        self.content.add(data[:at])
        self.status = int(line) if line.strip().isdigit() else 0
        self.is_complete = True


def _result(command: Command, status: int, output: BoundedOutput, error: BoundedOutput) -> CommandResult:
    return CommandResult(
        machine=command.machine,
        line=command.line,
        status=status,
        output=output.text,
        error=error.text,
        dropped=output.dropped + error.dropped,
        digest=output.digest,
    )
