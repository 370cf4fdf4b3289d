"""What is shown of a class while it is graded: a row for each lab at work, a line for each that is done."""

from collections import Counter
from collections.abc import Iterable

from labproof.classes.outcome import Graded
from labproof.classes.register import State
from labproof.classes.roster import Student
from labproof.classes.running import LabAtWork
from labproof.classes.standings import Standings
from labproof.ground.wording import fill, say
from labproof.records.headway import Headway
from labproof.showing.class_board import BoardRow

_STYLES = {State.UNREACHABLE: "blue", State.TIMEOUT: "blue", State.BROKEN: "bold red"}


def rows(running: Iterable[LabAtWork]) -> list[BoardRow]:
    """Return a row for each lab that is being graded."""
    return [_row(lab, lab.headway) for lab in running]


def awaited(students: Iterable[Student], seconds: float) -> list[BoardRow]:
    """Return a row for each of the students whose machines have not answered yet, and may for `seconds` more."""
    return [BoardRow(who(student), "waiting for an answer", "", "", seconds) for student in students]


def _row(lab: LabAtWork, headway: Headway) -> BoardRow:
    points = f"{headway.earned} of {headway.possible}" if headway.possible else ""
    section = headway.section or "connecting"
    return BoardRow(who(lab.order.student), section, points, headway.undetermined, lab.deadline.remaining)


def line(student: Student, graded: Graded) -> tuple[str, str]:
    """Return what a lab has come to in one line, in the language that is spoken, and its style."""
    score = f" {say(str(graded.seen.score))}" if graded.seen else ""
    why = f": {say(graded.why)}" if graded.why else ""
    is_full = graded.seen is not None and graded.seen.score.is_full
    style = _STYLES.get(graded.state, "green" if is_full else "yellow")
    return f"{who(student)}: {say(graded.state)}{score}{why}", style


def summary(standings: Standings, left: int) -> str:
    """Return how far the class is, in the language that is spoken; `left` labs are not begun yet."""
    counts = Counter(standing.state for standing in standings.students.values())
    states = ", ".join(f"{say(state)} {counts[state]}" for state in State if counts[state])
    begun = fill("{count} students", count=len(standings.students))
    return f"{begun}: {states}" + (f"; {fill('not begun: {count}', count=left)}" if left else "")


def who(student: Student) -> str:
    """Return a student's id and name."""
    return f"{student.id} {student.name}".strip()
