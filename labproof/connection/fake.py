"""A connection whose answers are scripted: for tests of whatever asks a lab."""

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from labproof.connection.base import Command, CommandResult, HttpRequest, HttpResponse, Purpose
from labproof.connection.visit import Sight, Visit
from labproof.ground.errors import MachineAway, NotRecorded, TransportError

T = TypeVar("T")


@dataclass(frozen=True)
class Reply:
    """What a scripted command leaves."""

    output: str = ""
    status: int = 0
    error: str = ""


@dataclass(frozen=True)
class Page:
    """A scripted answer over HTTP; a body that is no text is written as JSON."""

    body: object = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Return the body as it goes over the wire."""
        return self.body if isinstance(self.body, str) else json.dumps(self.body)


class FakeConnection:
    """Gives scripted answers, in order, the last one again and again, and keeps what was asked.

    A script belongs to one whole command line or URL, or to all that contain it; whole ones go first, and
    of the others the one that was scripted last. A TransportError is raised, as by a real connection. What
    has no script raises NotRecorded.
    """

    def __init__(self) -> None:
        self.commands: list[tuple[Command, Purpose]] = []
        self.requests: list[tuple[HttpRequest, Purpose]] = []
        self.visits: list[tuple[Visit, Purpose]] = []
        self.is_closed = False
        self._replies: dict[tuple[str, str], deque[Reply | TransportError]] = {}
        self._pages: dict[tuple[str, str], deque[Page | TransportError]] = {}
        self._sights: dict[tuple[str, str], deque[Sight | TransportError]] = {}
        self._lost: set[str] = set()

    def answer(self, machine: str, line: str, *replies: str | Reply | TransportError) -> None:
        """Script the replies to a command line, or a part of one; a text is the output of a success."""
        self._replies[machine, line] = deque(Reply(r) if isinstance(r, str) else r for r in replies)

    def serve(self, method: str, url: str, *pages: Page | TransportError) -> None:
        """Script the answers to requests for a URL, or a part of one."""
        self._pages[method, url] = deque(pages)

    def lose(self, machine: str) -> None:
        """Let a machine be out of reach from now on."""
        self._lost.add(machine)

    def lines(self, machine: str) -> list[str]:
        """Return the command lines that a machine was given, in order."""
        return [command.line for command, _ in self.commands if command.machine == machine]

    def run(self, command: Command, purpose: Purpose) -> CommandResult:
        """Give the next reply to a command."""
        self.commands.append((command, purpose))
        self._reach(command.machine)
        reply = _next(self._replies, command.machine, command.line)
        return CommandResult(command.machine, command.line, reply.status, reply.output, reply.error)

    def fetch(self, request: HttpRequest, purpose: Purpose) -> HttpResponse:
        """Give the next answer to a request."""
        self.requests.append((request, purpose))
        self._reach(request.via)
        page = _next(self._pages, request.method, request.url)
        return HttpResponse(page.status, page.headers, page.text)

    def show(self, url: str, *sights: Sight | TransportError) -> None:
        """Script what a browser sees on a page, or on all whose URL contains a part."""
        self._sights["", url] = deque(sights)

    def visit(self, visit: Visit, purpose: Purpose) -> Sight:
        """Give the next sight of a page."""
        self.visits.append((visit, purpose))
        return _next(self._sights, "", visit.url)

    def close(self) -> None:
        """Note that whoever asked has let go."""
        self.is_closed = True

    def _reach(self, machine: str) -> None:
        if machine in self._lost:
            raise MachineAway(f"{machine}: no SSH connection; the fake has lost it")


def _next(scripts: dict[tuple[str, str], deque[T | TransportError]], whom: str, asked: str) -> T:
    whole = scripts.get((whom, asked))
    parts = [script for (who, part), script in scripts.items() if who == whom and part in asked]
    if whole is None and not parts:
        raise NotRecorded(f"{whom}: the fake has no answer to {asked!r}")
    script = whole if whole is not None else parts[-1]
    reply = script.popleft() if len(script) > 1 else script[0]
    if isinstance(reply, TransportError):
        raise reply
    return reply
