"""A hand-in as the unit of work of a class: judged anew in a process of its own, and compared with what it says."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from labproof.classes import noted, outcome
from labproof.classes.noted import Noted
from labproof.classes.outcome import Graded, Ungraded
from labproof.classes.register import State
from labproof.classes.running import RUNS, TERMINAL, LabRun, Order
from labproof.ground import fault
from labproof.ground.errors import ConfigError
from labproof.ground.exit_status import ExitStatus
from labproof.ground.places import runs_dir
from labproof.ground.wait import Clock, Deadline
from labproof.handins import suspicion, unpacking
from labproof.handins.archive import Unfit
from labproof.handins.placing import Placed
from labproof.handins.unpacking import CAME_ALONG, Recording
from labproof.host.warm import Running
from labproof.records import result
from labproof.records.headway import Headway
from labproof.records.model import RunRecord
from labproof.session.class_session import ClassSession
from labproof.session.recorded_run import RecordedRun


@dataclass(frozen=True)
class HandInGrader:
    """Judges the hand-ins of a class: where results go, whose hand-in counts, when the assignment was made."""

    out: Path
    work: Path
    counting: Mapping[str, Placed]
    made: str
    judges: ClassSession
    seconds: float
    clock: Clock = field(default_factory=Clock)

    def start(self, order: Order) -> LabRun:
        """Start judging one. Raises Ungraded where nothing was handed in, or nothing that can be judged."""
        placed = self.counting.get(order.student.id)
        if placed is None:
            raise Ungraded(State.MISSING, "no hand-in of this student is there")
        if placed.problem or placed.said is None:
            raise Ungraded(State.REFUSED, f"{placed.found.name}: {placed.problem}")
        folder, unpacked = self.out / order.student.id, self.work / order.student.id
        shutil.rmtree(unpacked, ignore_errors=True)
        try:
            recording = unpacking.unpack(placed.found, placed.said, placed.came, unpacked)
        except Unfit as problem:
            raise Ungraded(State.REFUSED, f"{placed.found.name}: {problem}") from None
        folder.mkdir(parents=True, exist_ok=True)
        before = outcome.runs_in(folder / RUNS)
        then = partial(note, recording, placed, self.made)
        process = self.judges.judge(recording.folder.path, folder / RUNS, folder / TERMINAL, then)
        deadline = Deadline(self.seconds, self.clock)
        return HandInRun(order, folder, Running(process), before, deadline, unpacked)


@dataclass
class HandInRun(LabRun):
    """The judging of one hand-in; `told` is where it was unpacked."""

    @property
    def headway(self) -> Headway:
        """Return what is done: evidence is judged as a whole, within seconds."""
        return Headway(section="judging the evidence")

    def result(self) -> Graded:
        """Return what the judging has come to; evidence that is not whole is the student's, and no failure of ours."""
        shutil.rmtree(self.told, ignore_errors=True)
        graded = super().result()
        if graded.state is State.BROKEN and graded.seen is None and self.command.status == ExitStatus.USAGE:
            said = outcome.last_line(self.folder / TERMINAL).removeprefix("error: ")
            return Graded(State.REFUSED, None, said.replace(f"{self.told}/", ""))
        return graded


def note(recording: Recording, placed: Placed, made: str, found: RunRecord, recorded: RecordedRun) -> None:
    """Write down, beside the new run, what is to be asked about a hand-in and what tells it from those of others."""
    noted.save(_noted(recording, placed, made, found, recorded), runs_dir() / found.run)


def _noted(recording: Recording, placed: Placed, made: str, found: RunRecord, recorded: RecordedRun) -> Noted:
    questions = [*placed.questions, *recording.questions]
    exchanges, run = recorded.exchanges, recorded.run
    try:
        questions += suspicion.of_times(exchanges, run.started, run.finished, made, datetime.now(UTC))
        questions += suspicion.of_clocks(exchanges)
        questions += suspicion.of_lab(found, run.finished, made)
        questions += _of_result(recording.folder.path / CAME_ALONG, found)
    # What is only to be asked costs nobody the result; that it could not be looked at is told.
    except Exception as problem:
        questions.append(f"not all of it could be looked at: {fault.describe(problem)}")
    if placed.late:
        questions.append(f"late: {placed.came.lateness}")
    return Noted(tuple(questions), suspicion.marks(exchanges), placed.late)


def _of_result(path: Path, found: RunRecord) -> list[str]:
    if not path.is_file():
        return []
    try:
        return list(suspicion.of_result(result.load(path), found))
    except ConfigError as problem:
        said = str(problem).removeprefix(f"{path}: ")
        return [f"its result.json cannot be compared: {said[:200]}"]
