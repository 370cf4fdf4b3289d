"""The seam to real machines: commands over SSH, the API through a tunnel, pages directly."""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from labproof.connection import tunnel
from labproof.connection.base import Command, CommandResult, HttpRequest, HttpResponse, Purpose
from labproof.connection.http import Http
from labproof.connection.ssh import Ssh


class LiveConnection:
    """Asks the machines themselves. `guard` is called before any packet may leave the host."""

    def __init__(self, machines: Mapping[str, Ssh], guard: Callable[[], None]) -> None:
        self._machines = machines
        self._guard = guard
        self._direct = Http(self._open_direct)
        self._through = {name: Http(partial(tunnel.open_socket, ssh)) for name, ssh in machines.items()}

    def open(self) -> None:
        """Begin to connect to every machine at once; who asks first waits for the rest of it."""
        self._guard()
        for machine in self._machines.values():
            threading.Thread(target=machine.open, daemon=True).start()

    def run(self, command: Command, purpose: Purpose) -> CommandResult:
        """Run a command on one machine."""
        self._guard()
        return self._machines[command.machine].run(command)

    def run_all(self, machine: str, commands: Sequence[Command]) -> Iterator[CommandResult]:
        """Run commands that do not depend on each other on one machine, and yield their results in order."""
        self._guard()
        return self._machines[machine].run_all(commands)

    def fetch(self, request: HttpRequest, purpose: Purpose) -> HttpResponse:
        """Ask for a page directly, or for an API path through a machine."""
        self._guard()
        client = self._through[request.via] if request.via else self._direct
        return client.fetch(request)

    def close(self) -> None:
        """Close every connection."""
        for client in (self._direct, *self._through.values()):
            client.close()
        for machine in self._machines.values():
            machine.close()

    def _open_direct(self, host: str, port: int, timeout: float) -> socket.socket:
        return socket.create_connection((host, port), timeout)
