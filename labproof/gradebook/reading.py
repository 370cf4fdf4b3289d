"""Makes a class's book out of `class.json` and its results: each result speaks for its own student only."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path, PurePosixPath

from labproof.gradebook import class_file, decisions
from labproof.gradebook.bearing import bear
from labproof.gradebook.book import Book, Graded, Item, Mark
from labproof.gradebook.class_file import ClassFile, Student
from labproof.gradebook.decisions import NOTHING, Decisions
from labproof.ground.errors import ConfigError
from labproof.records import result
from labproof.records.model import FINISHED, CriterionRecord, Mode, RunRecord, Score, number
from labproof.records.ruling import Ruling

EXCERPT = 200
"""Characters of a machine's words that are kept; the student's report has them all."""

_STATES = {
    "waiting": "not graded yet",
    "unreachable": "the machines did not answer",
    "timeout": "grading took too long and was ended",
    "broken": "the grader itself failed",
    "missing": "nothing was handed in",
    "refused": "the hand-in could not be judged",
}


def load(folder: Path, today: date | None = None) -> Book:
    """Read a class with its results, one after the other, and what the instructor has decided.

    Raises ConfigError where there is no class, and for decisions that cannot be followed; `today` is the day for them.

    A result that cannot be read costs nobody else anything: its student's score is withheld, with the reason.
    """
    listed = class_file.load(folder)
    word = decisions.whole(folder, today)
    book = make(listed, (_read(folder, student) for student in listed.students), word)
    # Only the results know what can be decided about.
    decisions.load(folder, listed.ids, book.worth, today)
    return book


def make(listed: ClassFile, runs: Iterable[RunRecord | str], word: Decisions = NOTHING) -> Book:
    """Return the book of a class from its runs, in the order of its students; a text says why there is no run.

    `word` is what the instructor has decided, which is worked in here.
    """
    students: list[Graded] = []
    first: dict[bool, _Columns] = {True: _Columns(), False: _Columns()}
    for student, run in zip(listed.students, runs, strict=True):
        graded = _graded(student, run, listed.rubric, word)
        students.append(graded)
        if isinstance(run, RunRecord):
            first[graded.is_final].add(run)
    # Where there are results that count, one that does not has no say in what the class was asked.
    columns = first[True] if first[True].items else first[False]
    return Book(listed.course, tuple(students), tuple(columns.in_order()), columns.titles, word)


class _Columns:
    """The criteria that the results name, each as it came first."""

    def __init__(self) -> None:
        self.items: dict[str, Item] = {}
        self.titles: dict[str, dict[str, str]] = {}

    def add(self, run: RunRecord) -> None:
        for section in run.sections:
            self.titles.setdefault(section.id, section.title)
            for c in section.criteria:
                self.items.setdefault(c.id, Item(c.id, c.text, c.points, section.id))

    def in_order(self) -> Iterator[Item]:
        return (item for section in self.titles for item in self.items.values() if item.section == section)


def _read(folder: Path, student: Student) -> RunRecord | str:
    if not student.run:
        return ""
    if not _is_inside(folder, student.run):
        return f"run: expected a folder inside {folder}, found {student.run!r}; correct {class_file.NAME}"
    try:
        return result.load(folder / student.run / "result.json")
    except ConfigError as problem:
        return str(problem)


def _is_inside(folder: Path, name: str) -> bool:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        return False
    try:
        return (folder / path).resolve().is_relative_to(folder.resolve())
    # A name that no path can have, or links that lead in a circle.
    except (ValueError, OSError, RuntimeError):
        return False


def _graded(student: Student, run: RunRecord | str, rubric: str, word: Decisions) -> Graded:
    if isinstance(run, str):
        withheld = "; ".join(filter(None, (_state(student) or "there is no result", run)))
        return Graded(student, withheld=withheld, bearing=bear(student, {}, word))
    bearing = bear(student, {c.id: c for c in run.criteria}, word)
    return Graded(
        student,
        marks={c.id: _mark(c, bearing.by_criterion.get(c.id)) for c in run.criteria},
        score=run.score,
        lab=run.lab,
        run=run.run,
        finished=run.finished,
        seconds=_seconds(run),
        withheld=_withheld(student, run, rubric, bearing.counted),
        bearing=bearing,
    )


def _mark(criterion: CriterionRecord, ruling: Ruling | None) -> Mark:
    return Mark(
        criterion.outcome,
        criterion.points,
        criterion.found[:EXCERPT],
        criterion.blocked_by,
        criterion.slips,
        ruling,
    )


def _state(student: Student) -> str:
    said = _STATES.get(student.state, "")
    return f"{said}: {student.why}" if said and student.why else said


def _withheld(student: Student, run: RunRecord, rubric: str, counted: Score) -> str:
    """Return every reason why a score is not passed on: a point is lost by a student's mistake alone.

    `counted` is the score by the instructor's word, who may settle what could not be seen.
    """
    reasons = [_state(student)]
    if run.ended != FINISHED:
        reasons.append(f"the run did not come to its end: {run.ended}")
    if run.mode in (Mode.DEMO, Mode.RESET):
        reasons.append(f"the run is a {run.mode}, which grades nobody")
    if run.source and run.source.evidence_problem:
        reasons.append(f"the evidence is broken: {run.source.evidence_problem}")
    if rubric and run.rubric != rubric:
        reasons.append("graded with another rubric than the class")
    if counted.undetermined:
        points = counted.undetermined
        reasons.append(
            f"{number(points)} point could not be seen" if points == 1 else f"{number(points)} points could not be seen"
        )
    if not counted.possible:
        reasons.append("nothing was graded")
    return "; ".join(filter(None, reasons))


def _seconds(run: RunRecord) -> float:
    try:
        return max(0.0, (datetime.fromisoformat(run.finished) - datetime.fromisoformat(run.started)).total_seconds())
    except (ValueError, TypeError):
        return 0.0
