"""What can be asked of a lab, whoever answers: the machines themselves or a recording of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from labproof.connection.visit import Sight, Visit

OUTPUT_KEPT = 256 * 1024
"""Bytes of one output that are kept; more is counted and hashed."""

OUTPUT_READ = 16 * 1024 * 1024
"""Bytes of one output that are read at most; a machine that sends more is cut off."""


class Purpose(StrEnum):
    """Why something is asked: to see the state before our work, to do the work, to judge, or only to show it.

    A visit is work that leaves nothing behind, such as a login.
    """

    BEFORE = "before"
    ACT = "act"
    VISIT = "visit"
    OBSERVE = "observe"
    SHOW = "show"


@dataclass(frozen=True)
class Command:
    """A command line for root's shell on one machine; `timeout` is in seconds.

    `answers` maps a prompt to what is typed after it; then the command gets a terminal. `is_fact` is false
    for what must not be asked ahead: a sign of life, or a look that has to try something.
    """

    machine: str
    line: str
    timeout: float = 15.0
    shell: str = "/bin/sh"
    answers: Mapping[str, str] = field(default_factory=dict, repr=False)
    is_fact: bool = True


@dataclass(frozen=True)
class CommandResult:
    """What a command left: exit status and both streams, bounded.

    `started` (UTC, ISO) and `seconds` say when it ran, where that is not simply when it was asked for.
    """

    machine: str
    line: str
    status: int
    output: str = ""
    error: str = ""
    dropped: int = 0
    digest: str = ""
    started: str = ""
    seconds: float = 0.0

    @property
    def is_success(self) -> bool:
        """Tell whether the command ended with exit status 0."""
        return self.status == 0


@dataclass(frozen=True)
class Credential:
    """How a request shows who asks: a client certificate (PEM), a bearer token, or nothing."""

    name: str
    certificate: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    authority: str = field(default="", repr=False)
    token: str = field(default="", repr=False)


@dataclass(frozen=True)
class HttpRequest:
    """A request for one page or API path. Redirects are never followed; `timeout` is in seconds.

    `via` names the machine through whose SSH connection it goes; without it the grader asks directly.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    via: str = ""
    credential: Credential | None = None
    timeout: float = 10.0

    def __str__(self) -> str:
        who = f" as {self.credential.name}" if self.credential else ""
        return f"{self.method} {self.url}{who}"


@dataclass(frozen=True)
class HttpResponse:
    """An answer over HTTP, bounded.

    `started` (UTC, ISO) and `seconds` say when it was asked for, where that is not simply now.
    """

    status: int
    headers: Mapping[str, str]
    body: str
    dropped: int = 0
    digest: str = ""
    started: str = ""
    seconds: float = 0.0


class Connection(Protocol):
    """The seam. Every method raises TransportError when it could not see, never a wrong answer."""

    def run(self, command: Command, purpose: Purpose) -> CommandResult:
        """Run a command as root and return what it left, whatever its exit status."""
        ...

    def fetch(self, request: HttpRequest, purpose: Purpose) -> HttpResponse:
        """Ask for a page or an API path and return the answer, whatever its status."""
        ...

    def visit(self, visit: Visit, purpose: Purpose) -> Sight:
        """Have a real browser do something on a page, and return what it saw."""
        ...

    def close(self) -> None:
        """Let go of the lab."""
        ...
