"""How a session comes to its machines: the provider is chosen, the network checked, every machine connected to.

It imports nothing heavy, so that connecting can begin while the rest is still being imported.
"""

import contextlib
import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from labproof.connection.endpoint import Endpoint
from labproof.connection.foresight import Foresight, questions_file
from labproof.connection.live import LiveConnection
from labproof.connection.pages import Place
from labproof.connection.ssh import Ssh
from labproof.ground.errors import ConfigError
from labproof.ground.places import Progress
from labproof.providers.base import Provider
from labproof.providers.table import choose


@dataclass(frozen=True)
class MachineChoice:
    """Which machines were asked for on the command line, and by which rubric they are graded."""

    provider: str = ""
    inventory: Path | None = None
    rubric: Path | None = None
    extras: frozenset[str] = frozenset()
    """The options that ask for a section which is not always there."""


@dataclass(frozen=True)
class Reached:
    """Machines that are up, and the connection to them."""

    provider: Provider
    endpoints: tuple[Endpoint, ...]
    connection: Foresight
    live: LiveConnection | None = None
    """The machines themselves, where a session is to look first which of them answer."""


def bring_up(choice: MachineChoice, progress: Progress) -> Reached:
    """Bring the machines up where they are not, and connect."""
    provider = choose(choice)
    provider.up(progress)
    return _connected(provider)


def find(choice: MachineChoice) -> Reached:
    """Connect to machines that are up already. Raises LabError when there are none."""
    return _connected(choose(choice))


class EarlyReach:
    """Finds the machines in the background. It is handed to pytest as a plugin, to be found by that session.

    Where all of them is graded, the facts that the last grading read are already asked for.
    """

    def __init__(self, choice: MachineChoice, is_whole: bool = False) -> None:
        self._found: Future[Reached] = Future()
        threading.Thread(target=self._find, args=(choice, is_whole), daemon=True).start()

    def result(self) -> Reached:
        """Wait for the machines; raises what `find` raises."""
        return self._found.result()

    def _find(self, choice: MachineChoice, is_whole: bool) -> None:
        try:
            reached = find(choice)
            if is_whole:
                _foresee(reached, choice)
            self._found.set_result(reached)
        except BaseException as problem:
            self._found.set_exception(problem)


def _foresee(reached: Reached, choice: MachineChoice) -> None:
    # Imported while the connections are being made.
    from labproof.grading import rubric

    # What is wrong with a settings file is told by the session, with all else that is wrong.
    with contextlib.suppress(ConfigError):
        profile = os.environ.get("LAB_PROFILE") or reached.provider.profile
        digest = rubric.load(overrides=choice.rubric, extras=choice.extras).digest
        reached.connection.begin(questions_file(profile, digest), {e.name for e in reached.endpoints})


def _connected(provider: Provider) -> Reached:
    provider.require_network()
    endpoints = provider.endpoints()
    connection = connect(endpoints, provider.require_network)
    connection.open()
    return Reached(provider, endpoints, Foresight(connection), connection)


def connect(endpoints: Iterable[Endpoint], guard: Callable[[], None]) -> LiveConnection:
    """Return a connection to machines; nothing is sent yet. `guard` is called before any packet may leave."""
    ends = tuple(endpoints)
    return LiveConnection(
        {e.name: Ssh(e.name, e.host, e.port, e.user, e.key_file, e.password, e.jump) for e in ends},
        guard,
        {e.name: Place(e.address, (e.host, e.port), e.is_direct, e.jump is not None) for e in ends},
    )
