"""The seam to real machines: commands over SSH, the API through a tunnel, pages as they can be reached."""

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from functools import partial

from labproof.connection import chromium, tunnel
from labproof.connection.base import Command, CommandResult, HttpRequest, HttpResponse, Purpose
from labproof.connection.http import Http
from labproof.connection.pages import Pages, Place
from labproof.connection.ssh import Ssh
from labproof.connection.visit import Sight, Visit
from labproof.ground.errors import ProvisionError, TransportError
from labproof.ground.slowness import stretched


class LiveConnection:
    """Asks the machines themselves. `guard` is called before any packet may leave the host.

    `places` says where each machine is: no page of another place is asked. Slow machines get more time for all.
    """

    def __init__(self, machines: Mapping[str, Ssh], guard: Callable[[], None], places: Mapping[str, Place]) -> None:
        self._machines = machines
        self._guard = guard
        self._through = {name: Http(partial(tunnel.open_socket, ssh)) for name, ssh in machines.items()}
        self._pages = Pages(machines, places, self._through)
        self._opened: dict[str, Future[str]] = {}

    def open(self) -> None:
        """Begin to connect to every machine at once; who asks first waits for the rest of it."""
        self._guard()
        for name, machine in self._machines.items():
            opened = self._opened[name] = Future()
            threading.Thread(target=_open, args=(machine, opened), daemon=True).start()

    def unreached(self) -> dict[str, str]:
        """Wait until every machine was connected to, and return of those that cannot be reached why not.

        Raises ProvisionError when two of them are one machine.
        """
        if not self._opened:
            self.open()
        silent = {name: problem for name, opened in self._opened.items() if (problem := opened.result())}
        self._require_difference([name for name in self._machines if name not in silent])
        return silent

    def give_up(self, names: Iterable[str]) -> None:
        """Leave machines alone that could not be reached: every further question would wait for them again."""
        for name in names:
            self._machines[name].give_up()

    def run(self, command: Command, purpose: Purpose) -> CommandResult:
        """Run a command on one machine."""
        self._guard()
        return self._machines[command.machine].run(_in_time(command))

    def run_all(self, machine: str, commands: Sequence[Command]) -> Iterator[CommandResult]:
        """Run commands that do not depend on each other on one machine, and yield their results in order."""
        self._guard()
        return self._machines[machine].run_all([_in_time(command) for command in commands])

    def fetch(self, request: HttpRequest, purpose: Purpose) -> HttpResponse:
        """Ask for a page directly, or for an API path through a machine."""
        self._guard()
        request = replace(request, timeout=stretched(request.timeout))
        if not request.via:
            return self._pages.fetch(request)
        self._pages.require_owner(request)
        return self._through[request.via].fetch(request)

    def visit(self, visit: Visit, purpose: Purpose) -> Sight:
        """Have Chromium visit a page of a machine that was shown to be the one; it reaches nothing else."""
        self._guard()
        return chromium.find().visit(replace(visit, timeout=stretched(visit.timeout)), self._pages.open_socket)

    def close(self) -> None:
        """Close every connection."""
        self._opened.clear()
        self._pages.close()
        for client in self._through.values():
            client.close()
        for machine in self._machines.values():
            machine.close()

    def _require_difference(self, names: Iterable[str]) -> None:
        """Raise ProvisionError when two machines show one host key; one that has just gone is left out."""
        owners: dict[str, str] = {}
        for name in names:
            with contextlib.suppress(TransportError):
                key = self._machines[name].host_key()
                if (first := owners.setdefault(key, name)) != name:
                    raise ProvisionError(_one_machine(first, name, key))


def _in_time(command: Command) -> Command:
    return replace(command, timeout=stretched(command.timeout))


def _open(machine: Ssh, opened: "Future[str]") -> None:
    # A daemon's thread, unlike that of a pool, holds up nobody who interrupts.
    try:
        opened.set_result(machine.open())
    except BaseException as problem:
        opened.set_exception(problem)


def _one_machine(first: str, second: str, key: str) -> str:
    return (
        f"{first} and {second} show the same SSH host key {key}: one machine cannot be both\n"
        f"  try: correct host and port of {first} and {second}; if one is a copy of the other, give it keys of its own:"
        " rm /etc/ssh/ssh_host_*, ssh-keygen -A, and restart sshd"
    )
