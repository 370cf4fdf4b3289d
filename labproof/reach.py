"""How a session comes to its machines: the provider is chosen, the network checked, every machine connected to.

It imports nothing heavy, so that connecting can begin while the rest is still being imported.
"""

import threading
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from labproof.connection.live import LiveConnection
from labproof.connection.ssh import Ssh
from labproof.places import Progress
from labproof.providers.base import Endpoint, Provider
from labproof.providers.choose import choose


@dataclass(frozen=True)
class Wishes:
    """Which machines were asked for on the command line."""

    provider: str = ""
    inventory: Path | None = None


@dataclass(frozen=True)
class Reached:
    """Machines that are up, and the connection to them."""

    provider: Provider
    endpoints: tuple[Endpoint, ...]
    connection: LiveConnection


def bring_up(wishes: Wishes, progress: Progress) -> Reached:
    """Bring the machines up where they are not, and connect."""
    provider = choose(wishes)
    provider.up(progress)
    return _connected(provider)


def find(wishes: Wishes) -> Reached:
    """Connect to machines that are up already. Raises LabError when there are none."""
    return _connected(choose(wishes))


class EarlyReach:
    """Finds the machines in the background. It is handed to pytest as a plugin, to be found by that session."""

    def __init__(self, wishes: Wishes) -> None:
        self._found: Future[Reached] = Future()
        threading.Thread(target=self._find, args=(wishes,), daemon=True).start()

    def result(self) -> Reached:
        """Wait for the machines; raises what `find` raises."""
        return self._found.result()

    def _find(self, wishes: Wishes) -> None:
        try:
            self._found.set_result(find(wishes))
        except BaseException as problem:
            self._found.set_exception(problem)


def _connected(provider: Provider) -> Reached:
    provider.require_network()
    endpoints = provider.endpoints()
    machines = {e.name: Ssh(e.name, e.host, e.port, e.user, e.key_file) for e in endpoints}
    connection = LiveConnection(machines, provider.require_network)
    connection.open()
    return Reached(provider, endpoints, connection)
