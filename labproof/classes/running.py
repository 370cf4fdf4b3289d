"""One lab of a class, graded in a process of its own that a deadline ends."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from labproof.classes import assignment, outcome
from labproof.classes.outcome import Graded
from labproof.classes.roster import Student
from labproof.ground import known_silent, language
from labproof.ground.wait import Clock, Deadline
from labproof.host import warm
from labproof.host.warm import Command, Running
from labproof.records import headway
from labproof.records.headway import Headway

if TYPE_CHECKING:
    # What only sends work elsewhere needs no pytest.
    from labproof.session.class_session import ClassSession

RUNS = "runs"
TERMINAL = "terminal.txt"
"""What the grading of a lab showed while it ran."""


@dataclass(frozen=True)
class Order:
    """A lab to be graded; `base` is the run of which only that is asked again that could not be seen.

    `silent` are machines that were waited for in vain already, and for how many seconds.
    """

    student: Student
    base: str = ""
    silent: Mapping[str, float] = field(default_factory=dict)


class LabAtWork(Protocol):
    """The grading of one lab, wherever it is done."""

    @property
    def order(self) -> Order:
        """Return what is graded."""
        ...

    @property
    def command(self) -> Command:
        """Return what does it."""
        ...

    @property
    def deadline(self) -> Deadline:
        """Return the time that it has."""
        ...

    @property
    def headway(self) -> Headway:
        """Return how far it has come."""
        ...

    def keep_time(self) -> None:
        """End it when its time is over."""
        ...

    def result(self) -> Graded:
        """Return what it has come to, once it has ended."""
        ...


class Starter(Protocol):
    """Starts the unit of work of a class: one lab, or one hand-in, becomes a result in its student's folder."""

    def start(self, order: Order) -> LabAtWork:
        """Start one. Raises OSError where it cannot be started, Ungraded where there is nothing to do."""
        ...


@dataclass(frozen=True)
class Grader:
    """How every lab of a class is graded: where results go, by which weights, for how many seconds at most."""

    out: Path
    inventories: Path
    rubric: Path | None
    seconds: float
    program: str = warm.PROGRAM
    clock: Clock = field(default_factory=Clock)
    asks_again: bool = True
    session: "ClassSession | None" = None
    """The session that is forked for each lab; without one each has a session of its own."""

    def start(self, order: Order) -> "LabRun":
        """Start the grading of one lab. Raises OSError where no process or no file can be made."""
        folder = self.out / order.student.id
        folder.mkdir(parents=True, exist_ok=True)
        inventory = assignment.write(order.student.inventory, self.inventories / f"{order.student.id}.toml")
        runs, before = folder / RUNS, outcome.runs_in(folder / RUNS)
        told = self.inventories / f"{order.student.id}.headway"
        told.unlink(missing_ok=True)
        student = order.student.id
        environment = {"LABPROOF_RUNS": str(runs), "LABPROOF_STUDENT": student, headway.VARIABLE: str(told)}
        environment[known_silent.VARIABLE] = known_silent.told(order.silent)
        if self.session is not None:
            command = Running(self.session.grade(inventory, order.base, runs, folder / TERMINAL, environment))
        else:
            command = warm.start(self._arguments(order, inventory), folder / TERMINAL, environment, self.program)
        return LabRun(order, folder, command, before, Deadline(self.seconds, self.clock), told)

    def _arguments(self, order: Order, inventory: Path) -> list[str]:
        arguments = [f"--lang={language.current()}", "grade", "--inventory", str(inventory)]
        arguments += ["--rubric", str(self.rubric)] if self.rubric else []
        return arguments + (["--undetermined", order.base] if order.base else [])


@dataclass
class LabRun:
    """The grading of one lab, while it goes on and when it has ended."""

    order: Order
    folder: Path
    command: Running
    before: set[str]
    deadline: Deadline
    told: Path
    _grace: Deadline | None = None

    def keep_time(self) -> None:
        """Ask the grading to end when its deadline has passed, and kill it when it does not do so."""
        if self._grace is None:
            if self.deadline.is_expired:
                self.command.ask_to_end()
                self._grace = Deadline(warm.GRACE_SECONDS, self.deadline.clock)
        elif self._grace.is_expired:
            self.command.kill()

    @property
    def headway(self) -> Headway:
        """Return how far the grading has come."""
        return headway.read(self.told)

    def result(self) -> Graded:
        """Return what the grading has come to, once its process has ended."""
        late = f"not done within {self.deadline.seconds:g} s" if self._grace else ""
        return outcome.judge(self.folder / RUNS, self.before, self.command.status, self.folder / TERMINAL, late)
