"""Who of a class is there: one process knocks at every machine, and who keeps silent holds up nobody else.

A knock is a connection that is closed as soon as the machine has said a word. Whoever has not answered is knocked at
again for as long as the class is graded, so that one who wakes up is heard.
"""

import asyncio
import multiprocessing
import signal
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from multiprocessing.connection import Connection

from labproof.classes.roster import Student
from labproof.connection.ssh import CONNECT_SECONDS, LOGIN_SECONDS
from labproof.ground.slowness import stretched
from labproof.ground.wait import Clock, Deadline
from labproof.host import warm

AT_ONCE = 200
"""Machines that are knocked at together: a process may have 1024 open files on most computers."""

PAUSE_SECONDS = 2.0
FIRST_SECONDS = 2.0
"""What a class waits for first answers before it begins with those of whom it has heard nothing."""

AGAIN_SECONDS = 5.0
"""How long who was away or silent is knocked at again, at least, before it stays with that."""


class Answer(Enum):
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
        doors: Iterable[Door] = (),
        told: Connection | None = None,
        seconds: float = 0.0,
        clock: Clock | None = None,
    ) -> None:
        self._clock = clock or Clock()
        self._first, self._patience = Deadline(FIRST_SECONDS, self._clock), Deadline(seconds, self._clock)
        self._told = told
        self._doors: dict[str, list[Door]] = {}
        for door in doors:
            self._doors.setdefault(door.student, []).append(door)
        self._known: dict[Door, _Verdict] = {}

    @property
    def ears(self) -> tuple[Connection, ...]:
        """Return what becomes ready when there is news."""
        return (self._told,) if self._told is not None else ()

    @property
    def patience(self) -> float:
        """Return the seconds that are left to whoever has not answered the first knock."""
        return self._patience.remaining

    def listen(self) -> None:
        """Take in what was heard since the last time."""
        try:
            while self._told is not None and self._told.poll():
                self._take(self._told.recv())
        except (EOFError, OSError):
            # Nobody knocks any more: who was waited for is graded like all others.
            self._told, self._doors = None, {}

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

    Nobody is knocked at on a computer where this process cannot be forked.
    """
    doors = of(students)
    if not doors or not warm.can_fork():
        yield Doors()
        return
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    patience = min(seconds, stretched(LOGIN_SECONDS))
    # A daemon ends with whoever has started it.
    process = context.Process(target=_work, args=(doors, ours, theirs, patience), daemon=True)
    process.start()
    theirs.close()
    try:
        yield Doors(doors, ours, patience)
    finally:
        process.kill()
        process.join()
        ours.close()


def _work(doors: list[Door], ours: Connection, theirs: Connection, patience: float) -> None:
    # Ctrl-C on the terminal is for whoever has started this.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warm.end_with_starter()
    ours.close()
    asyncio.run(_knock_at_all(doors, theirs, patience))


async def _knock_at_all(doors: list[Door], told: Connection, patience: float) -> None:
    places = asyncio.Semaphore(AT_ONCE)
    async with asyncio.TaskGroup() as tasks:
        for door in doors:
            tasks.create_task(_keep_knocking(door, told, patience, places))


async def _keep_knocking(door: Door, told: Connection, patience: float, places: asyncio.Semaphore) -> None:
    said = Heard(door, Answer.ASKED)
    while said.answer is not Answer.THERE:
        async with places:
            if said.answer is Answer.ASKED:
                told.send(said)
            heard = await _knock(door, patience)
        if heard.answer is not said.answer:
            told.send(heard)
        said = heard
        if said.answer is not Answer.THERE:
            await asyncio.sleep(PAUSE_SECONDS)


async def _knock(door: Door, patience: float) -> Heard:
    loop = asyncio.get_running_loop()
    began, writer = loop.time(), None
    try:
        async with asyncio.timeout(stretched(CONNECT_SECONDS)) as limit:
            reader, writer = await asyncio.open_connection(door.host, door.port)
            limit.reschedule(loop.time() + patience)
            return Heard(door, Answer.THERE if await reader.read(1) else Answer.AWAY)
    except TimeoutError:
        return Heard(door, Answer.SILENT, loop.time() - began)
    except (OSError, UnicodeError):
        # A host that can be no name at all is a UnicodeError.
        return Heard(door, Answer.AWAY)
    finally:
        if writer is not None:
            writer.close()
