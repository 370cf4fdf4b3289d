"""A real SSH server inside the test: its machine is /bin/sh of whoever runs the tests."""

import contextlib
import os
import pty
import socket
import subprocess
import threading
from collections.abc import Callable

import paramiko
from paramiko.common import (
    AUTH_FAILED,
    AUTH_SUCCESSFUL,
    OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED,
    OPEN_FAILED_CONNECT_FAILED,
    OPEN_SUCCEEDED,
)

from labproof.ground.wait import Deadline, poll

CHUNK = 65536


class ShellServer:
    """Listens on an address of this machine; `banner` is what a login file prints before every command.

    With a `password`, no key is let in. With `routes`, its tunnels lead only to the addresses that stand there,
    each in truth to another one: a network of its own, of which no packet is sent. `delay` is how long, in
    seconds, it takes to let anybody in.
    """

    def __init__(
        self,
        banner: str = "",
        at: tuple[str, int] = ("127.0.0.1", 0),
        password: str = "",
        routes: dict[tuple[str, int], tuple[str, int]] | None = None,
        key: paramiko.PKey | None = None,
        delay: float = 0.0,
    ) -> None:
        self.banner = banner
        self.password = password
        self.routes = routes
        self.delay = delay
        self.tunnels: list[tuple[str, int]] = []
        self.is_mute = False
        self.logins = 0
        self._key = key or paramiko.ECDSAKey.generate()
        self._transports: list[paramiko.Transport] = []
        self._processes: list[subprocess.Popen[bytes]] = []
        self._listener = socket.create_server(at)
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def fingerprint(self) -> str:
        """Return the fingerprint of its host key."""
        return self._key.fingerprint

    def cut(self) -> None:
        """Lose every connection, as a machine does that is switched off; new ones are taken."""
        for transport in self._transports:
            transport.close()
        self._transports.clear()
        for process in self._processes:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            process.wait(5)
        self._processes.clear()

    def close(self) -> None:
        """Stop listening and lose every connection."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)
        self.cut()

    def start(self, channel: paramiko.Channel, command: bytes, terminal: bool) -> None:
        """Run a command of the client."""
        line = [b"/bin/sh", b"-c", command]
        if terminal:
            ours, theirs = pty.openpty()
            process = subprocess.Popen(
                line, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True, close_fds=True
            )
            os.close(theirs)
            self._processes.append(process)
            _thread(_write_all, channel.recv, lambda data: os.write(ours, data), lambda: None)
            _thread(self._read_all, process, [(lambda: os.read(ours, CHUNK), channel.sendall)], channel, ours)
            return
        pipe = subprocess.PIPE
        process = subprocess.Popen(line, stdin=pipe, stdout=pipe, stderr=pipe, bufsize=0)
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self._processes.append(process)
        if self.banner:
            channel.sendall(self.banner.encode())
        _thread(_write_all, channel.recv, process.stdin.write, process.stdin.close)
        out, err = process.stdout, process.stderr
        streams = [
            (lambda: out.read(CHUNK), self._unless_mute(channel.sendall)),
            (lambda: err.read(CHUNK), self._unless_mute(channel.sendall_stderr)),
        ]
        _thread(self._read_all, process, streams, channel, None)

    def _unless_mute(self, send: Callable[[bytes], None]) -> Callable[[bytes], None]:
        return lambda data: None if self.is_mute else send(data)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            transport = paramiko.Transport(client)
            transport.add_server_key(self._key)
            self._transports.append(transport)
            with contextlib.suppress(paramiko.SSHException, EOFError, OSError):
                transport.start_server(server=_Server(self, transport))
                self.logins += 1

    def _read_all(
        self,
        process: subprocess.Popen[bytes],
        streams: list[tuple[Callable[[], bytes], Callable[[bytes], None]]],
        channel: paramiko.Channel,
        terminal: int | None,
    ) -> None:
        pumps = [_thread(_copy, process, read, send) for read, send in streams]
        for pump in pumps:
            pump.join()
        status = process.wait()
        for file in (process.stdin, process.stdout, process.stderr):
            if file is not None:
                with contextlib.suppress(OSError):
                    file.close()
        if terminal is not None:
            os.close(terminal)
        with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
            channel.send_exit_status(status & 0xFF)
            channel.close()


class _Server(paramiko.ServerInterface):
    def __init__(self, machine: ShellServer, transport: paramiko.Transport) -> None:
        self._machine = machine
        self._transport = transport
        self._terminals: set[int] = set()

    def get_allowed_auths(self, username: str) -> str:
        return "password" if self._machine.password else "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        threading.Event().wait(self._machine.delay)
        return AUTH_FAILED if self._machine.password else AUTH_SUCCESSFUL

    def check_auth_password(self, username: str, password: str) -> int:
        return AUTH_SUCCESSFUL if password == self._machine.password else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED if kind == "session" else OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED

    def check_channel_pty_request(self, channel: paramiko.Channel, *_: object) -> bool:
        self._terminals.add(channel.get_id())
        return True

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        # The request must be granted before the first byte of output goes out.
        is_terminal = channel.get_id() in self._terminals
        timer = threading.Timer(0.01, self._machine.start, (channel, command, is_terminal))
        timer.daemon = True
        timer.start()
        return True

    def check_channel_direct_tcpip_request(
        self, chanid: int, origin: tuple[str, int], destination: tuple[str, int]
    ) -> int:
        self._machine.tunnels.append(destination)
        routes = self._machine.routes
        try:
            target = socket.create_connection(destination if routes is None else routes[destination], 2)
        except (OSError, KeyError):
            return OPEN_FAILED_CONNECT_FAILED
        timer = threading.Timer(0.01, self._join, (chanid, target))
        timer.daemon = True
        timer.start()
        return OPEN_SUCCEEDED

    def _join(self, chanid: int, target: socket.socket) -> None:
        # Not accept(): it hands out every channel to whoever comes first.
        channels = self._transport._channels  # type: ignore[attr-defined]
        # The answer is given and the channel noted by another thread, which a busy computer may hold up.
        channel = poll(lambda: channels.get(chanid), lambda found: found is not None, Deadline(30), every=0.01).value
        if channel is None:
            target.close()
            return
        back = _thread(_write_all, target.recv, channel.sendall, channel.close)
        _write_all(channel.recv, target.sendall, lambda: target.shutdown(socket.SHUT_RDWR))
        back.join(5)
        target.close()


def _thread(target: Callable[..., None], *arguments: object) -> threading.Thread:
    thread = threading.Thread(target=target, args=arguments, daemon=True)
    thread.start()
    return thread


def _write_all(read: Callable[[int], bytes], write: Callable[[bytes], object], end: Callable[[], object]) -> None:
    with contextlib.suppress(OSError, EOFError, ValueError):
        while data := read(CHUNK):
            write(data)
    # The connection may have gone first.
    with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
        end()


def _copy(process: subprocess.Popen[bytes], read: Callable[[], bytes], send: Callable[[bytes], None]) -> None:
    """Hand on what a process prints; one whose reader has gone is ended."""
    with contextlib.suppress(OSError, EOFError, ValueError):
        while data := read():
            try:
                send(data)
            except (OSError, EOFError):
                process.kill()
                return
