"""How a session comes to its machines: the provider is chosen, the network checked, every machine connected to.

It imports nothing heavy, so that connecting can begin while the rest is still being imported.
"""

import contextlib
import importlib
import os
import sys
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from labproof.connection.endpoint import Endpoint
from labproof.connection.foresight import Foresight
from labproof.connection.live import LiveConnection
from labproof.connection.pages import Place
from labproof.connection.ssh import Ssh
from labproof.ground.errors import ConfigError, LabError
from labproof.ground.places import Progress, course_dir
from labproof.providers.base import Provider
from labproof.providers.table import choose
from labproof.session import questions

if TYPE_CHECKING:
    from labproof.session.outlook import Outlook


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

    outlook: "Outlook | None" = None
    """How they are looked at, where that has begun already."""

    begun: object = None
    """What the course has begun to look at, and hands out once the session is open."""


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

    Where all of them is graded, the facts that the last grading read are already asked for, and the course may begin
    what takes it longest.
    """

    def __init__(self, choice: MachineChoice, is_whole: bool = False) -> None:
        self._found: Future[Reached] = Future()
        self._is_over = False
        threading.Thread(target=self._find, args=(choice, is_whole), daemon=True).start()

    def result(self) -> Reached:
        """Wait for the machines; raises what `find` raises."""
        return self._found.result()

    def pytest_unconfigure(self) -> None:
        """Take away what was begun for a session that never came to be; one that did has taken it away by now."""
        self._is_over = True
        if self._found.done() and self._found.exception() is None and (outlook := self._found.result().outlook):
            outlook.closing.close()

    def _find(self, choice: MachineChoice, is_whole: bool) -> None:
        try:
            reached = find(choice)
            if is_whole and (profile := _foresee(reached, choice)) and not self._is_over:
                reached = _begun(reached, profile)
            self._found.set_result(reached)
        except BaseException as problem:
            self._found.set_exception(problem)


def _foresee(reached: Reached, choice: MachineChoice) -> str:
    """Ask what will be asked of all machines; return the profile, nothing where the session will refuse to begin."""
    # Imported while the connections are being made.
    from labproof.grading import rubric

    # What is wrong with a settings file is told by the session, with all else that is wrong.
    with contextlib.suppress(ConfigError):
        profile = os.environ.get("LAB_PROFILE") or reached.provider.profile
        digest = rubric.load(overrides=choice.rubric, extras=choice.extras).digest
        reached.connection.begin(partial(questions.known, profile, digest), {e.name for e in reached.endpoints})
        return profile
    return ""


def _begun(reached: Reached, profile: str) -> Reached:
    """Have the course begin what takes it longest, in `begin` of `steps/early.py`, where all machines answer."""
    course = course_dir()
    if reached.live is None or not (course / "steps" / "early.py").is_file():
        return reached
    # As pytest will do it; imported while the connections are being made.
    sys.path.insert(0, str(course))
    begin = importlib.import_module("steps.early").begin
    from labproof.session import outlook

    # What keeps us from a machine, or is wrong with the course, is told by the session.
    with contextlib.suppress(LabError):
        if not reached.live.unreached():
            seen = outlook.on(reached.endpoints, reached.connection)
            return replace(reached, outlook=seen, begun=begin(seen, profile))
    return reached


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
