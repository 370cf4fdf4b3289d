"""One machine of the lab as steps, probes and actions see it."""

import shlex
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from testinfra.backend.base import BaseBackend
from testinfra.backend.base import CommandResult as TestinfraResult
from testinfra.host import Host
from testinfra.modules import get_module_class

from labproof.connection.base import Command, CommandResult, Connection, Purpose
from labproof.ground.errors import ActionFailed, DeadlineExceeded, NotRecorded, TransportError, Unreachable

READ_LIMIT = 64 * 1024
_NO_FILE, _TOO_LONG, _STRANGE_NAME = 44, 45, 46
T = TypeVar("T")

_WHO_MAY_BE_WRONG = ("testinfra", "labproof", "steps", "tests")
"""Packages of whose errors the last in a traceback decides whose one is."""


@dataclass
class Phase:
    """Why the lab is asked at the moment; shared by everything that asks."""

    purpose: Purpose = Purpose.OBSERVE


class Machine:
    """A machine by its name, its address in the lab and the connection to it."""

    def __init__(self, name: str, address: str, connection: Connection, phase: Phase, password: str = "") -> None:
        self.name = name
        self.address = address
        self.password = password
        self._connection = connection
        self._phase = phase
        self.is_known_up = False
        """Whether the last question got an answer."""
        self.is_lost = False
        """Whether the machine stopped answering: the last question got nothing back in time."""
        self.host = Host(_SeamBackend(self))
        """testinfra's view of this machine; its facts are asked through our own connection."""

    def __repr__(self) -> str:
        return f"Machine({self.name!r}, {self.address!r})"

    def ask(self, line: str, *args: str, timeout: float = 15.0, is_fact: bool = True) -> CommandResult:
        """Run a command that reads. `%s` in the line stands for an argument, which is quoted.

        `is_fact` is false for one that must not be asked ahead of its time, because it has to try something.
        """
        command = Command(self.name, quoted(line, *args), timeout, is_fact=is_fact)
        self.is_known_up, known = False, self.is_known_up
        try:
            result = self._connection.run(command, self._phase.purpose)
        except NotRecorded:
            self.is_known_up = known
            raise
        except (Unreachable, DeadlineExceeded):
            self.is_lost = True
            raise
        self.is_known_up, self.is_lost = True, False
        if result.dropped:
            # What was left out could be just what matters.
            raise TransportError(f"{self.name}: {line[:120]!r} printed more than can be read; it was cut off")
        return result

    def read(self, path: str) -> str | None:
        """Return the text of a file, or None when there is no such file.

        Raises TransportError for one that cannot be read, or not to its end because it has more than 64 KiB.
        The shell's own `read` does it, not a program that somebody could have replaced.
        """
        line = (
            f"n=0; [ -f {shlex.quote(path)} ] || exit {_NO_FILE};"
            ' while IFS= read -r l || [ -n "$l" ]; do printf "%s\\n" "$l"; n=$((n+${#l}+1));'
            f" [ $n -lt {READ_LIMIT} ] || exit {_TOO_LONG}; done < {shlex.quote(path)}"
        )
        result = self.ask(line)
        if result.status == _TOO_LONG:
            raise TransportError(f"{self.name}: {path} is longer than {READ_LIMIT // 1024} KiB and was not read")
        if result.status not in (0, _NO_FILE):
            raise TransportError(f"{self.name}: {path} cannot be read: {result.error.strip()[-200:]}")
        return None if result.status == _NO_FILE else result.output

    def read_all(self, pattern: str) -> dict[str, str]:
        """Return every file that a shell pattern names with its text; links are followed, folders left out.

        Raises TransportError for a name with a line break, which could pass for another file and its text.
        """
        line = (
            f'for f in {pattern}; do [ -f "$f" ] || continue;'
            f' case $f in *\'\n\'*) exit {_STRANGE_NAME};; esac; printf "=%s\\n" "$f";'
            ' while IFS= read -r l || [ -n "$l" ]; do printf ">%s\\n" "$l"; done < "$f"; done'
        )
        texts: dict[str, str] = {}
        path = ""
        result = self.ask(line)
        if result.status == _STRANGE_NAME:
            raise TransportError(f"{self.name}: one of {pattern} has a line break in its name")
        if result.status != 0 and result.error.strip():
            raise TransportError(f"{self.name}: one of {pattern} cannot be read: {result.error.strip()[-200:]}")
        # A file may hold other signs that Python ends a line at: what follows one is still that file's text.
        for row in result.output.split("\n"):
            if row.startswith("="):
                path = row[1:]
                texts[path] = ""
            elif row.startswith(">") and path:
                texts[path] += f"{row[1:]}\n"
        return texts

    def fact(self, look: Callable[[Host], T]) -> T:
        """Return a fact as testinfra reads it, asked through our own connection.

        Raises TransportError where the machine's own programs gave nothing that could be read.
        """
        try:
            return look(self.host)
        # What testinfra's modules raise themselves: an unexpected exit status, output out of shape, an unknown system.
        except (AssertionError, ValueError, LookupError, NotImplementedError) as problem:
            if not _is_testinfras(problem):
                raise
            what = " ".join(str(problem).split())[:300] or type(problem).__name__
            raise TransportError(f"{self.name}: its programs gave no fact that could be read: {what}") from problem

    def act(self, line: str, *args: str, timeout: float = 120.0, answers: dict[str, str] | None = None) -> None:
        """Run a command of the handout. Raises ActionFailed when it does not succeed."""
        command = Command(self.name, quoted(line, *args), timeout, "/bin/bash", answers or {})
        result = self._connection.run(command, Purpose.ACT)
        if not result.is_success:
            said = (result.error or result.output).strip()[-600:]
            raise ActionFailed(f"on {self.name}: {command.line}\nended with exit status {result.status}: {said}")

    def tell(self, line: str, *args: str, timeout: float = 60.0) -> str:
        """Run a command of the handout and return what it printed. Raises ActionFailed as `act` does."""
        command = Command(self.name, quoted(line, *args), timeout, "/bin/bash")
        result = self._connection.run(command, Purpose.ACT)
        if not result.is_success:
            raise ActionFailed(f"on {self.name}: {command.line}\nended with {result.status}: {result.error[-600:]}")
        return result.output

    def is_reachable(self) -> bool:
        """Tell whether the machine answers at all."""
        try:
            return self.ask(":", timeout=5.0, is_fact=False).is_success
        except TransportError:
            return False


def prepare() -> None:
    """Import ahead of the first fact what testinfra imports with it: whoever is forked from this process shares it."""
    for name in ("file", "service", "system_info"):
        get_module_class(name)


def _is_testinfras(problem: Exception) -> bool:
    """Tell whether testinfra raised this, or what it uses, and neither who asks it nor what it asks through."""
    modules = (str(frame.f_globals.get("__name__", "")) for frame, _ in traceback.walk_tb(problem.__traceback__))
    known = [name for module in modules if (name := module.partition(".")[0]) in _WHO_MAY_BE_WRONG]
    return known[-1:] == ["testinfra"]


def quoted(line: str, *args: str) -> str:
    """Return a command line with its arguments quoted for the shell."""
    return line % tuple(shlex.quote(a) for a in args) if args else line


@dataclass
class Lab:
    """The machines of a lab by name."""

    machines: dict[str, Machine] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Machine:
        return self.machines[name]

    @property
    def first(self) -> Machine:
        """Return the machine that the course names first."""
        return next(iter(self.machines.values()))

    @property
    def all(self) -> tuple[Machine, ...]:
        """Return every machine, in the course's order."""
        return tuple(self.machines.values())


class _SeamBackend(BaseBackend):
    """Lets testinfra's modules ask through our connection: one deadline, one record of what was asked."""

    NAME = "labproof"

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine.name)
        self._machine = machine

    def run(self, command: str, *args: str, **kwargs: Any) -> TestinfraResult:
        line = self.get_command(command, *args)
        result = self._machine.ask(line)
        return self.result(result.status, line.encode(), result.output, result.error)

    def get_encoding(self) -> str:
        return "utf-8"
