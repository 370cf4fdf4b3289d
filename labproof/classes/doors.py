"""Who of a class is there: one process knocks at every machine, and who keeps silent holds up nobody else.

A knock is a connection that is closed as soon as the machine has said a word. Whoever has not answered is knocked at
again for as long as the class is graded, so that one who wakes up is heard.
"""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import IO

from labproof.classes.roster import Student
from labproof.connection.ssh import CONNECT_SECONDS, LOGIN_SECONDS
from labproof.ground.slowness import stretched
from labproof.ground.wait import Clock, Deadline

KNOCKER = Path(__file__).with_name("knocker.py")
AT_ONCE = 200
"""Machines that are knocked at together: a process may have 1024 open files on most computers."""

PAUSE_SECONDS = 2.0
FIRST_SECONDS = 2.0
"""What a class waits for first answers before it begins with those of whom it has heard nothing."""

AGAIN_SECONDS = 5.0
"""How long who was away or silent is knocked at again, at least, before it stays with that."""

_CHUNK = 65536


class Answer(StrEnum):
    """What a machine has made of the latest knock; `ASKED` as long as the first one has come to nothing yet."""

    ASKED = "asked"
    THERE = "there"
    AWAY = "away"
    SILENT = "silent"


@dataclass(frozen=True)
class Door:
    """Where a machine of a student is knocked at."""

    student: str
    machine: str
    host: str
    port: int


@dataclass(frozen=True)
class Heard:
    """What was heard at a door; `seconds` is for how long in vain, where it is silent."""

    door: Door
    answer: Answer
    seconds: float = 0.0


@dataclass(frozen=True)
class _Verdict:
    heard: Heard
    again: Deadline


class Doors:
    """What is known of the machines of a class. Where nobody knocks, nobody is waited for."""

    def __init__(
        self,
        doors: Sequence[Door] = (),
        told: IO[bytes] | None = None,
        seconds: float = 0.0,
        clock: Clock | None = None,
    ) -> None:
        self._clock = clock or Clock()
        self._first, self._patience = Deadline(FIRST_SECONDS, self._clock), Deadline(seconds, self._clock)
        self._told, self._half = told, b""
        self._numbered = doors
        self._doors: dict[str, list[Door]] = {}
        for door in doors:
            self._doors.setdefault(door.student, []).append(door)
        self._known: dict[Door, _Verdict] = {}

    @property
    def ears(self) -> tuple[IO[bytes], ...]:
        """Return what becomes ready when there is news."""
        return (self._told,) if self._told is not None else ()

    @property
    def patience(self) -> float:
        """Return the seconds that are left to whoever has not answered the first knock."""
        return self._patience.remaining

    def listen(self) -> None:
        """Take in what was heard since the last time."""
        while self._told is not None and (said := self._told.read(_CHUNK)) is not None:
            if not said:
                # Nobody knocks any more: who was waited for is graded like all others.
                self._told, self._doors = None, {}
                return
            *lines, self._half = (self._half + said).split(b"\n")
            for number, answer, seconds in map(json.loads, lines):
                self._take(Heard(self._numbered[number], Answer(answer), seconds))

    def _take(self, heard: Heard) -> None:
        before = self._known.get(heard.door)
        is_first = before is None or before.heard.answer is Answer.ASKED
        again = Deadline(AGAIN_SECONDS, self._clock) if before is None or is_first else before.again
        self._known[heard.door] = _Verdict(heard, again)

    def is_awaited(self, student: str) -> bool:
        """Tell whether a machine of a student may still answer the first knock."""
        return any(self._answer(door) is Answer.ASKED for door in self._doors.get(student, ()))

    def _answer(self, door: Door) -> Answer | None:
        if (verdict := self._known.get(door)) is not None:
            return verdict.heard.answer
        return None if self._first.is_expired else Answer.ASKED

    def silent(self, student: str) -> Mapping[str, float]:
        """Return the machines of a student that took no notice of a knock, and for how many seconds."""
        known = [self._known[door].heard for door in self._doors.get(student, ()) if door in self._known]
        return {heard.door.machine: heard.seconds for heard in known if heard.answer is Answer.SILENT}

    def is_there(self, student: str) -> bool:
        """Tell whether some machine of a student has answered, or may have: not where all is known to be in vain."""
        answers = {self._answer(door) for door in self._doors.get(student, ())}
        return not answers or bool(answers - {Answer.AWAY, Answer.SILENT})

    def may_still_come(self, student: str) -> bool:
        """Tell whether a student's machines are to be knocked at for longer before they are given up."""
        known = [self._known[door] for door in self._doors.get(student, ()) if door in self._known]
        return any(not verdict.again.is_expired for verdict in known)


def of(students: Iterable[Student]) -> list[Door]:
    """Return the doors of a class; what is behind a jump host has none that could be knocked at from here."""
    return [
        Door(student.id, name, machine.host, machine.port)
        for student in students
        for name, machine in student.inventory.machines.items()
        if machine.jump is None
    ]


@contextmanager
def knocking(students: Iterable[Student], seconds: float) -> Iterator[Doors]:
    """Have a class knocked at for as long as the context lasts; no knock waits for more than `seconds` in vain.

    Nobody is knocked at on a computer where a process's output cannot be waited for beside others.
    """
    doors = of(students)
    if not doors or os.name != "posix":
        yield Doors()
        return
    patience = min(seconds, stretched(LOGIN_SECONDS))
    asked = {
        "doors": [(door.host, door.port) for door in doors],
        "connect": stretched(CONNECT_SECONDS),
        "speak": patience,
        "pause": PAUSE_SECONDS,
        "at_once": AT_ONCE,
    }
    try:
        knocker = _started()
    except OSError:
        # It only saves time.
        yield Doors()
        return
    with knocker:
        assert knocker.stdin is not None
        assert knocker.stdout is not None
        try:
            left = f"{json.dumps(asked)}\n".encode()
            with contextlib.suppress(BrokenPipeError):
                while left:
                    left = left[knocker.stdin.write(left) :]
            os.set_blocking(knocker.stdout.fileno(), False)
            yield Doors(doors, knocker.stdout, patience)
        finally:
            knocker.kill()


def _started() -> subprocess.Popen[bytes]:
    line = [sys.executable, "-I", str(KNOCKER)]
    # Ctrl-C on the terminal is for whoever has started it. It ends when its input does, as it does with whom it is of.
    return subprocess.Popen(line, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, bufsize=0, start_new_session=True)
