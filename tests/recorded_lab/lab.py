"""A lab that answers from a recording, over real SSH and real TLS on this computer: what stands for a student's."""

import contextlib
import hashlib
import logging
import re
import selectors
import shlex
import socket
import threading
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Self

import paramiko
from paramiko.common import (
    AUTH_FAILED,
    AUTH_SUCCESSFUL,
    OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED,
    OPEN_FAILED_CONNECT_FAILED,
    OPEN_SUCCEEDED,
)

from tests.recorded_lab import http
from tests.recorded_lab.answers import Answers
from tests.recorded_lab.authority import Authority

ADDRESSES = {"master": "192.168.200.10", "node": "192.168.200.20"}
_FRAME = re.compile(rb"(.*?)\nprintf '\\n([0-9a-f]{24}) %d\\n' \$\?; printf '\\n[0-9a-f]{24}\\n' >&2\n", re.DOTALL)
_LIMITED = re.compile(r"timeout -k 1 \d+ \S+ -c (.*) </dev/null", re.DOTALL)
_APART = re.compile(r"\( (.*)\n\) </dev/null", re.DOTALL)
_OTHER_SHELL = re.compile(r"/bin/\w+ -c (.*)", re.DOTALL)
_ID = re.compile(r"\b[0-9a-f]{32}\b")
_CLUSTER = re.compile(r'("name":"kube-system","uid":")([0-9a-f-]{36})')
_FIELD = re.compile(r"(certificate-authority-data|client-certificate-data|client-key-data): \S+")

# Who knocks and goes again is no fault that a test or a benchmark would want to read of.
logging.getLogger("paramiko").setLevel(logging.CRITICAL)

Edit = Callable[[str, str, str], str]
"""What a lab says instead: made of machine, command line and answer."""


class RecordedLab:
    """Machines on ports of this computer. `identity` is what tells it from other labs; close it in the end.

    A command on master with `flood` in it talks without end.
    """

    def __init__(
        self, answers: Answers, identity: str, edit: Edit = lambda machine, line, said: said, flood: str = ""
    ) -> None:
        self.answers = answers
        self.identity = identity
        self.edit = edit
        self.flood = flood
        self.authority = Authority.make(identity)
        self.tls = self.authority.server()
        self.unknown: list[str] = []
        self.connections = 0
        self.traffic = {"in": 0, "out": 0}
        self.machines = {name: Machine(self, name) for name in ADDRESSES}

    @property
    def ports(self) -> Mapping[str, int]:
        """Return where each machine's SSH is."""
        return {name: machine.port for name, machine in self.machines.items()}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for machine in self.machines.values():
            machine.close()

    def command(self, machine: str, line: str) -> tuple[int, bytes, bytes]:
        """Return what a command leaves: status, output and error."""
        if line == ":":
            return 0, b"", b""
        found = self.answers.command(machine, line)
        if found is None:
            self.unknown.append(line)
            return 127, b"", b"not recorded\n"
        said = _FIELD.sub(lambda m: f"{m[1]}: {self.authority.fields()[m[1]]}", found.output)
        said = _ID.sub(lambda m: self._own(m[0]), said) if "machine-id" in line else said
        return found.status or 0, self.edit(machine, line, said).encode(), found.error.encode()

    def page(self, body: str) -> str:
        """Return a body as this lab has it: its cluster has a number of its own."""
        return _CLUSTER.sub(lambda m: f"{m[1]}{uuid.UUID(self._own(m[2]))}", body)

    def _own(self, recorded: str) -> str:
        return hashlib.sha256(f"{self.identity} {recorded}".encode()).hexdigest()[:32]


class Machine:
    """The SSH server of one machine."""

    def __init__(self, lab: RecordedLab, name: str) -> None:
        self.lab = lab
        self.name = name
        self.key = paramiko.ECDSAKey.generate()
        self._transports: list[paramiko.Transport] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        _ACCEPTING.add(self._listener, self._take)

    def _take(self) -> None:
        with contextlib.suppress(OSError):
            client, _ = self._listener.accept()
            self.lab.connections += 1
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        counted: Any = _Counted(client, self.lab.traffic)
        transport = paramiko.Transport(counted)
        transport.add_server_key(self.key)
        self._transports.append(transport)
        with contextlib.suppress(paramiko.SSHException, EOFError, OSError):
            transport.start_server(server=(server := _Server(self)))
            # paramiko itself holds channels weakly: one that nobody has is closed.
            held = []
            while transport.is_active():
                channel = transport.accept(1)
                held.append(channel)
                if channel is not None and (place := server.tunnels.get(channel.get_id())):
                    threading.Thread(target=self._tunnel, args=(channel, place), daemon=True).start()
        transport.close()

    def _tunnel(self, channel: paramiko.Channel, place: str) -> None:
        host, _, port = place.rpartition(":")
        if port == "22":
            name = next(name for name, address in ADDRESSES.items() if address == host)
            _join(channel, self.lab.machines[name].port)
        else:
            context = self.lab.tls if self.lab.answers.places[place] else None
            http.serve(channel, place, self.lab.answers, context, self.lab.page)
        _let_go(channel)

    def packets_sent(self, channel: paramiko.Channel) -> int:
        """Return how many packets went out on the connection of a channel."""
        return int(channel.transport.packetizer._Packetizer__sequence_number_out)

    def knows(self, place: str) -> bool:
        """Tell whether anything listens at a place of the lab's network."""
        return place in self.lab.answers.places or place in {f"{address}:22" for address in ADDRESSES.values()}

    def close(self) -> None:
        """Stop, and lose every connection."""
        _ACCEPTING.remove(self._listener)
        self._listener.close()
        for transport in self._transports:
            transport.close()


class _Counted:
    """A socket that counts the bytes of both ways."""

    def __init__(self, sock: socket.socket, traffic: dict[str, int]) -> None:
        self._sock = sock
        self._traffic = traffic

    def recv(self, nbytes: int) -> bytes:
        data = self._sock.recv(nbytes)
        self._traffic["in"] += len(data)
        return data

    def send(self, data: bytes) -> int:
        sent = self._sock.send(data)
        self._traffic["out"] += sent
        return sent

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


class _Accepting:
    """One thread that takes the connections of every machine: there are hundreds."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def add(self, listener: socket.socket, take: Callable[[], None]) -> None:
        with self._lock:
            self._selector.register(listener, selectors.EVENT_READ, take)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()

    def remove(self, listener: socket.socket) -> None:
        with self._lock:
            self._selector.unregister(listener)

    def _run(self) -> None:
        while True:
            for key, _ in self._selector.select(0.2):
                key.data()


_ACCEPTING = _Accepting()


class _Server(paramiko.ServerInterface):
    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self.tunnels: dict[int, str] = {}

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return AUTH_SUCCESSFUL if username == "root" else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED if kind == "session" else OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        own = _OTHER_SHELL.fullmatch(command.decode())
        if own:
            told = (self._machine, channel, shlex.split(own[1])[0], self._machine.packets_sent(channel))
            threading.Thread(target=_once, args=told, daemon=True).start()
        else:
            threading.Thread(target=_shell, args=(self._machine, channel), daemon=True).start()
        return True

    def check_channel_direct_tcpip_request(
        self, chanid: int, origin: tuple[str, int], destination: tuple[str, int]
    ) -> int:
        place = f"{destination[0]}:{destination[1]}"
        if not self._machine.knows(place):
            return OPEN_FAILED_CONNECT_FAILED
        self.tunnels[chanid] = place
        return OPEN_SUCCEEDED


def _shell(machine: Machine, channel: paramiko.Channel) -> None:
    """Answer framed commands until the channel is closed."""
    data = b""
    with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
        while came := channel.recv(http.CHUNK):
            data += came
            while frame := _FRAME.match(data):
                data = data[frame.end() :]
                line, nonce = _meant(frame[1].decode()), frame[2]
                while machine.lab.flood and machine.name == "master" and machine.lab.flood in line:
                    channel.sendall(b"A" * http.CHUNK)
                status, output, error = machine.lab.command(machine.name, line)
                channel.sendall(output + b"\n" + nonce + b" %d\n" % status)
                channel.sendall_stderr(error + b"\n" + nonce + b"\n")
    _let_go(channel)


def _once(machine: Machine, channel: paramiko.Channel, line: str, packets: int) -> None:
    """Answer one command in a channel of its own, as other graders ask it."""
    # The request must be granted before the first byte of output goes out: that is the next packet of this way.
    while machine.packets_sent(channel) == packets and channel.transport.is_active():
        threading.Event().wait(0.002)
    with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
        status, output, error = machine.lab.command(machine.name, line)
        channel.sendall(output)
        channel.sendall_stderr(error)
        channel.send_exit_status(status)
    _let_go(channel)


def _let_go(channel: paramiko.Channel) -> None:
    # The connection may have gone first.
    with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
        channel.close()


def _meant(line: str) -> str:
    if limited := _LIMITED.fullmatch(line):
        return shlex.split(limited[1])[0]
    if apart := _APART.fullmatch(line):
        other = _OTHER_SHELL.fullmatch(apart[1])
        return shlex.split(other[1])[0] if other else apart[1]
    return line


def _join(channel: paramiko.Channel, port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as target:
        back = threading.Thread(target=_copy, args=(target.recv, channel.sendall), daemon=True)
        back.start()
        _copy(channel.recv, target.sendall)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)
        back.join(5)


def _copy(read: Callable[[int], bytes], write: Callable[[bytes], object]) -> None:
    with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
        while data := read(http.CHUNK):
            write(data)
