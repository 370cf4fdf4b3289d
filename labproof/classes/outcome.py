"""What one grading of a lab has come to, read from what it left on disk."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from labproof.classes import likeness, noted
from labproof.classes.likeness import Mark
from labproof.classes.noted import Noted
from labproof.classes.register import State
from labproof.ground.errors import ConfigError, LabError
from labproof.records import result
from labproof.records.model import FINISHED, Outcome, RunRecord, Score
from labproof.records.store import LATEST

_NOT_REACHED = "not reached"
_LONGEST = 400


@dataclass(frozen=True)
class Seen:
    """What of a result matters to a class: no more is kept in memory, however large the result is."""

    run: Path
    score: Score
    is_settled: bool
    marks: tuple[Mark, ...]
    noted: Noted

    @property
    def undetermined(self) -> Fraction:
        """Return the points that could not be seen."""
        return self.score.undetermined


class Ungraded(LabError):
    """Report that there is nothing of a student to be graded, with the state and the reason."""

    def __init__(self, state: State, why: str) -> None:
        super().__init__(state, why)
        self.state, self.why = state, why


@dataclass(frozen=True)
class Graded:
    """What a grading has come to; `seen` is None where it left no result, `why` is empty where it came about."""

    state: State
    seen: Seen | None
    why: str = ""

    @property
    def is_attempt(self) -> bool:
        """Tell whether it counts as a student's attempt: not where Labproof failed, nor where nothing was seen."""
        seen = self.seen
        return self.state.is_attempt and seen is not None and seen.score.undetermined < seen.score.possible


def runs_in(folder: Path) -> set[str]:
    """Return the names of the runs that have left something in a student's folder of runs."""
    return {path.parent.name for path in folder.glob("*/result.json")} - {LATEST}


def judge(folder: Path, before: set[str], status: int, terminal: Path, late: str) -> Graded:
    """Return what a grading has come to whose process has ended.

    `before` are the runs that were there already; `late` says that its deadline had passed.
    """
    new = sorted(runs_in(folder) - before)
    if not new:
        said = late or f"it left no result ({_ending(status)}): {last_line(terminal)}"
        return Graded(State.TIMEOUT if late else State.BROKEN, None, said)
    try:
        record = result.load(folder / new[-1] / "result.json")
    except ConfigError as problem:
        return Graded(State.BROKEN, None, str(problem)[:_LONGEST])
    seen = look(folder / new[-1], record)
    if unreached := _unreached(record):
        return Graded(State.UNREACHABLE, seen, unreached)
    if record.ended != FINISHED:
        ended = late or f"it did not come to its end ({record.ended}, {_ending(status)}): {last_line(terminal)}"
        return Graded(State.TIMEOUT if late else State.BROKEN, seen, ended)
    return Graded(State.GRADED, seen)


def look(run: Path, record: RunRecord) -> Seen:
    """Return what of a result matters to a class."""
    is_settled = all(criterion.outcome is not Outcome.UNDETERMINED for criterion in record.criteria)
    also = noted.load(run)
    return Seen(run, record.score, is_settled, (*likeness.marks(record), *also.marks), also)


def look_again(run: Path) -> Seen | None:
    """Return what an earlier run has left, None where that can no longer be read."""
    try:
        return look(run, result.load(run / "result.json"))
    except ConfigError:
        return None


def last_line(terminal: Path) -> str:
    """Return the last line that a grading has shown so far."""
    try:
        with terminal.open("rb") as file:
            file.seek(max(0, terminal.stat().st_size - 4096))
            lines = file.read(4096).decode("utf-8", "replace").split("\n")
    except OSError:
        return ""
    return next((line.strip()[:_LONGEST] for line in reversed(lines) if line.strip()), "")


def _unreached(record: RunRecord) -> str:
    """Return why no machine could be reached, nothing where one could."""
    said = [facts.get(_NOT_REACHED, "") for facts in record.lab.machines.values()]
    return "; ".join(said)[:_LONGEST] if said and all(said) else ""


def _ending(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"exit status {status}"
