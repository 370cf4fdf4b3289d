"""Root's shell on one machine over SSH: the door to paramiko."""

import logging
import math
import os
import shlex
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import paramiko

from labproof.connection.base import Command, CommandResult
from labproof.connection.bounded import BoundedOutput
from labproof.connection.endpoint import Jump
from labproof.connection.jump import JumpHost
from labproof.connection.shell import Arrival, Frame, FramedShell
from labproof.ground import known_silent
from labproof.ground.errors import DeadlineExceeded, MachineAway, TransportError, Unreachable
from labproof.ground.fault import in_words
from labproof.ground.slowness import stretched
from labproof.ground.wait import Deadline
from labproof.records.evidence import now

CONNECT_SECONDS = 8.0
LOGIN_SECONDS = 45.0
"""How long a machine that took the connection may take to let us in: sshd may first wait for a name server."""

GRACE_SECONDS = 3.0
RETRY_AFTER_SECONDS = 10.0
"""How long a machine that could not be reached is left alone; twice as long after each further attempt."""

RETRY_AT_LEAST_EVERY_SECONDS = 60.0
ALL_SECONDS = 60
"""How long commands that are run together may take on the machine in all, before what is left of them is ended."""
# The system's own programs go before what somebody may have put into /usr/local under their names.
_ENVIRONMENT = (
    "env -i HOME=/root USER=root LOGNAME=root LANG=C.UTF-8 TERM=dumb"
    " PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin"
)
_TIMED_OUT = (124, 137)

# paramiko reports every lost connection on its own logger with a traceback; we raise instead.
logging.getLogger("paramiko").setLevel(logging.CRITICAL)


class Ssh:
    """The connection to one machine. Commands run one at a time, always as root."""

    def __init__(
        self,
        name: str,
        host: str,
        port: int,
        user: str,
        key_file: Path | None,
        password: str = "",
        jump: Jump | None = None,
    ) -> None:
        self.name = name
        self._address = (host, port)
        self._user = user
        self._key_file = key_file
        self._password = password
        self._jump = JumpHost(jump, key_file, _has_agent) if jump else None
        self._client: paramiko.SSHClient | None = None
        self._shell: FramedShell | None = None
        self._lock = threading.Lock()
        self._down: tuple[Deadline, str] | None = None
        self._misses = 0

    def run(self, command: Command) -> CommandResult:
        """Run a command and return what it left. Raises Unreachable or DeadlineExceeded."""
        with self._lock, self._mapped(command.line):
            if command.answers:
                return self._converse(command)
            return self._framed(command)

    def run_all(self, commands: Sequence[Command]) -> Iterator[CommandResult]:
        """Run commands that do not depend on each other, in a shell of their own, and yield their results in order.

        They are sent without waiting for each other's answers, and have one limit in common on the machine: a
        process less for each. Raises as `run` does, at the first that fails.
        """
        with self._mapped("a shell for several commands"):
            with self._lock:
                self._require_hope()
                transport = self._transport()
            # Shells come up side by side: the connection is all that they share.
            shell = self._new_shell(transport, f"timeout -k 1 {stretched(ALL_SECONDS):.0f} /bin/sh")
            try:
                frames = [shell.send(_apart(c), Deadline(stretched(CONNECT_SECONDS))) for c in commands]
                for command, frame in zip(commands, frames, strict=True):
                    started, deadline = now(), Deadline(command.timeout)
                    shell.receive(frame, deadline)
                    yield _told(command, frame, started, deadline)
            finally:
                shell.close()

    def open(self) -> str:
        """Connect ahead of the first command, and return what keeps us from it: nothing when the machine is there."""
        try:
            with self._lock, self._mapped("a shell"):
                self._open_shell()
        except TransportError as problem:
            return str(problem)
        return ""

    def give_up(self) -> None:
        """Leave a machine alone that was out of reach, until the connection is closed."""
        if self._down:
            self._down = Deadline(math.inf), self._down[1]

    def host_key(self) -> str:
        """Return the fingerprint of the key that the machine has shown, as OpenSSH writes it. Raises Unreachable."""
        with self._lock, self._mapped("its host key"):
            return self._transport().get_remote_server_key().fingerprint

    def open_tunnel(self, host: str, port: int, timeout: float) -> paramiko.Channel:
        """Open a stream to an address as the machine sees it.

        A refusal raises ChannelException. Raises DeadlineExceeded where the machine gets no answer from there.
        """
        deadline, us = Deadline(timeout), ("127.0.0.1", 0)
        with self._mapped(f"a tunnel to {host}:{port}"):
            with self._lock:
                transport = self._transport()
            while not deadline.is_expired:
                try:
                    return transport.open_channel("direct-tcpip", (host, port), us, timeout=deadline.remaining)
                except paramiko.ChannelException:
                    raise
                except paramiko.SSHException:
                    if not transport.is_active():
                        raise
                # Either the time is up, or it was refused at once and another thread took the reason: paramiko
                # keeps the latest refusal of a connection in one place. Then the machine is asked once more.
        # The machine itself is well: only the other end keeps silent.
        raise DeadlineExceeded(f"{self.name}: no answer from {host}:{port} within {timeout:.0f} s")

    def close(self) -> None:
        """Close the shell and the connection, and forget that the machine was out of reach."""
        self._disconnect()
        self._down, self._misses = None, 0

    def _disconnect(self) -> None:
        if self._client is not None:
            self._client.close()
        if self._jump is not None:
            self._jump.close()
        self._client = self._shell = None

    def _miss(self, message: str) -> MachineAway:
        """Remember that the machine is out of reach, and return the error that says so."""
        wait = min(RETRY_AFTER_SECONDS * 2**self._misses, RETRY_AT_LEAST_EVERY_SECONDS)
        self._down, self._misses = (Deadline(wait), message), self._misses + 1
        return MachineAway(message)

    def _require_hope(self) -> None:
        """Raise MachineAway as long as the machine is left alone."""
        if self._down and not self._down[0].is_expired:
            raise MachineAway(self._down[1])

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
        self._require_hope()
        self._disconnect()
        client = paramiko.SSHClient()
        # The lab's machines are made anew with keys of their own; who answers is settled by the private network.
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        host, port = self._address
        # Reaching a machine and being let in by it have limits of their own; paramiko has one for both.
        # Who has been waited for already is asked in order to say so, not to be waited for once more.
        silent = known_silent.before(self.name)
        connect, login = (known_silent.LAST_SECONDS,) * 2 if silent else (CONNECT_SECONDS, stretched(LOGIN_SECONDS))
        sock, waited = self._way(host, port, connect), Deadline(login)
        try:
            self._log_in(client, sock, login)
        except BaseException as problem:
            # paramiko leaves both open.
            client.close()
            sock.close()
            waited_for = silent + waited.elapsed
            if isinstance(problem, paramiko.SSHException | OSError | EOFError) and waited_for > CONNECT_SECONDS:
                raise paramiko.SSHException(f"{in_words(problem)}; {_slow(waited_for)}") from problem
            raise
        self._client = client

    def _way(self, host: str, port: int, seconds: float) -> socket.socket | paramiko.Channel:
        if self._jump is not None:
            return self._jump.open(host, port)
        return socket.create_connection((host, port), seconds)

    def _log_in(self, client: paramiko.SSHClient, sock: socket.socket | paramiko.Channel, seconds: float) -> None:
        client.connect(
            *self._address,
            self._user,
            # Tried last, where no key is let in.
            password=self._password or None,
            key_filename=str(self._key_file) if self._key_file else None,
            timeout=seconds,
            banner_timeout=seconds,
            auth_timeout=seconds,
            channel_timeout=stretched(CONNECT_SECONDS),
            allow_agent=self._key_file is None and _has_agent(),
            look_for_keys=self._key_file is None,
            sock=sock,
        )

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
            detail = in_words(problem)
            message = f"{self.name}: no SSH connection to {host}:{port} for {shlex.quote(what)[:80]}: {detail}"
            self._disconnect()
            raise self._miss(message) from problem

    def _drop_shell(self) -> None:
        if self._shell is not None:
            self._shell.close()
        self._shell = None

    def _elevated(self, line: str) -> str:
        return f"{_ENVIRONMENT} {line}" if self._user == "root" else f"sudo -n {_ENVIRONMENT} {line}"

    def _open_shell(self) -> FramedShell:
        if self._shell is None or not self._shell.is_open or not self._transport().is_active():
            self._require_hope()
            self._shell = self._new_shell(self._transport())
        return self._shell

    def _new_shell(self, transport: paramiko.Transport, program: str = "/bin/sh") -> FramedShell:
        channel = transport.open_session(timeout=stretched(CONNECT_SECONDS))
        channel.exec_command(self._elevated(program))
        shell, deadline = FramedShell(self.name, channel), Deadline(stretched(CONNECT_SECONDS))
        try:
            # Whatever a login file printed comes before this first frame and is thrown away with it.
            shell.receive(shell.send(":", deadline), deadline)
        except DeadlineExceeded as problem:
            shell.close()
            raise self._miss(f"{self.name}: no shell came up within {deadline.seconds:.0f} s of the login") from problem
        self._misses = 0
        return shell

    def _framed(self, command: Command) -> CommandResult:
        shell = self._open_shell()
        return self._answered(shell, command, shell.send(_limited(command), Deadline(stretched(CONNECT_SECONDS))))

    def _answered(self, shell: FramedShell, command: Command, frame: Frame) -> CommandResult:
        started, deadline = now(), Deadline(command.timeout + GRACE_SECONDS)
        shell.receive(frame, deadline)
        if frame.output.status in _TIMED_OUT and deadline.elapsed >= _limit(command):
            raise DeadlineExceeded(
                f"{self.name}: {command.line!r} did not end within {_limit(command)} s;"
                f" it printed: {frame.output.content.text[-200:]!r}"
            )
        return _told(command, frame, started, deadline)

    def _converse(self, command: Command) -> CommandResult:
        """Run a command on a terminal and type each answer once its prompt has been shown."""
        channel = self._transport().open_session(timeout=CONNECT_SECONDS)
        deadline = Deadline(command.timeout)
        channel.get_pty("dumb", 200, 50)
        channel.exec_command(self._elevated(f"{command.shell} -c {shlex.quote(command.line)}"))
        output, answered, arrival = BoundedOutput(), 0, Arrival(channel)
        while not (channel.exit_status_ready() and not channel.recv_ready()):
            if deadline.is_expired:
                channel.close()
                raise DeadlineExceeded(f"{self.name}: {command.line!r} still waits; it shows: {output.text[-200:]!r}")
            arrival.await_next(min(0.5, deadline.remaining))
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


def offered_host_key(sock: socket.socket, seconds: float) -> str:
    """Return the fingerprint of the key that an SSH server offers, without logging in.

    Raises Unreachable, or DeadlineExceeded where it has none after so many seconds.
    """
    transport, deadline = paramiko.Transport(sock), Deadline(seconds)
    transport.banner_timeout = seconds
    try:
        transport.start_client(timeout=seconds)
        return transport.get_remote_server_key().fingerprint
    except (paramiko.SSHException, OSError, EOFError) as problem:
        # paramiko ends its wait without a word, and then has no session.
        if deadline.is_expired:
            raise DeadlineExceeded(f"no host key came from there within {seconds:.0f} s") from problem
        raise Unreachable(f"no SSH server answers there: {in_words(problem)}") from problem
    finally:
        transport.close()
        sock.close()


def _has_agent() -> bool:
    """Tell whether an SSH agent answers here: paramiko leaves its socket open where none does."""
    with socket.socket(socket.AF_UNIX) as sock:
        try:
            sock.connect(os.environ.get("SSH_AUTH_SOCK", ""))
        except OSError:
            return False
    return True


def _slow(seconds: float) -> str:
    return (
        f"it took the connection and let nobody in for {seconds:.0f} s: its sshd may wait for a name server"
        " (UseDNS and GSSAPIAuthentication in sshd_config)"
    )


def _limit(command: Command) -> int:
    return max(1, round(command.timeout))


def _limited(command: Command) -> str:
    return f"timeout -k 1 {_limit(command)} {command.shell} -c {shlex.quote(command.line)} </dev/null"


def _apart(command: Command) -> str:
    """Return the line for a shell that runs many: it changes nothing for the next one, and reads nothing of it."""
    own = command.line if command.shell == "/bin/sh" else f"{command.shell} -c {shlex.quote(command.line)}"
    return f"( {own}\n) </dev/null"


def _told(command: Command, frame: Frame, started: str, deadline: Deadline) -> CommandResult:
    result = _result(command, frame.output.status, frame.output.content, frame.error.content)
    return replace(result, started=started, seconds=round(deadline.elapsed, 4))


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
