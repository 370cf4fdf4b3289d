"""What a check finds, and what it is told of the machines that are wished for."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from labproof.host.computer import Computer
from labproof.host.table import Table


class State(StrEnum):
    """What a finding means for the machines."""

    OK = "ok"
    WARNING = "warning"
    """They may come up; what is said may spoil it."""

    PROBLEM = "problem"
    """They cannot come up."""

    UNKNOWN = "unknown"
    """It could not be seen."""


@dataclass(frozen=True)
class Finding:
    """What was found in words, and what to do about it where anything has to be done."""

    state: State
    found: str
    fix: str = ""


@dataclass(frozen=True)
class Box:
    """Which box a machine is made of: `urls` are where it is fetched from, none for Vagrant's own catalogue."""

    name: str
    version: str
    urls: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wish:
    """The machines that are to come up: by which provider, from what, and where their files will lie."""

    provider: str
    table: Table
    box: Box
    bundle: Path | None
    machines: Path
    """Vagrant's data folder of this provider: the ids of machines that are up lie there."""

    vagrant_home: Path
    folders: tuple[Path, ...]
    """Where disk space is needed."""

    judged: Callable[[], Finding] | None = None
    """Reads all of the bundle for machines that not every bundle fits; it takes some seconds."""

    @property
    def memory(self) -> int:
        """Return the memory of all machines in MiB."""
        return sum(row.memory for row in self.table.machines)


Check = Callable[[Computer, Wish], Finding]


def ok(found: str) -> Finding:
    """Return a finding that nothing has to be done about."""
    return Finding(State.OK, found)


def warning(found: str, fix: str) -> Finding:
    """Return a finding that may spoil the lab."""
    return Finding(State.WARNING, found, fix)


def problem(found: str, fix: str) -> Finding:
    """Return a finding that keeps the machines from coming up."""
    return Finding(State.PROBLEM, found, fix)


def unknown(found: str, fix: str = "") -> Finding:
    """Return that something could not be seen."""
    return Finding(State.UNKNOWN, found, fix)
