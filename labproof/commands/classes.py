"""`labproof class`: what an instructor does with all labs of a class."""

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from labproof.commands.common import rubric_option, tell
from labproof.ground.exit_status import ExitStatus
from labproof.ground.places import course_dir

if TYPE_CHECKING:
    from labproof.classes.roster import Student
    from labproof.classes.standings import Standings

DEADLINE_SECONDS = 300.0
"""A finished lab takes three seconds, one that waits for everything in vain about a minute."""


@click.group("class")
def class_() -> None:
    """For whoever teaches a class: all of its labs at once."""


@class_.command()
@click.argument("roster", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Where the results go.")
@click.option("--jobs", type=click.IntRange(1, 256), help="How many labs are graded at once; by default two a CPU.")
@click.option(
    "--deadline",
    type=click.FloatRange(min=1, max=86_400),
    default=DEADLINE_SECONDS,
    show_default=True,
    help="Seconds that one lab may take.",
)
@click.option("--resume", is_flag=True, help="Go on where an earlier grading ended: what is graded stays.")
@rubric_option
def grade(roster: Path, out: Path, jobs: int | None, deadline: float, resume: bool, rubric: Path | None) -> None:
    """Grade the lab of every student in ROSTER; nothing on any machine is changed."""
    from labproof.classes import lock
    from labproof.classes.grading import ClassGrading
    from labproof.classes.roster import read
    from labproof.classes.running import Grader
    from labproof.host import table
    from labproof.showing.class_board import Board

    students = {student.id: student for student in read(roster, table.load().names)}
    out = out.absolute()
    with lock.held(out), tempfile.TemporaryDirectory(prefix="labproof-class-") as inventories:
        standings = _standings(out, tuple(students.values()), resume, rubric)
        grader = Grader(out, Path(inventories), rubric.absolute() if rubric else None, deadline)
        with Board(sys.stdout) as board:
            status = ClassGrading(students, standings, grader, jobs or 2 * (os.cpu_count() or 1), board).run()
        _tell_questions(standings)
        _write(out)
    sys.exit(status)


@class_.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
def report(folder: Path) -> None:
    """Write the page and the gradebooks of a class that was graded into DIR once more."""
    sys.exit(ExitStatus.FULL if _write(folder) else ExitStatus.OURS)


def _write(folder: Path) -> bool:
    """Write page and gradebooks; tell whether the score of every student is final."""
    from labproof.gradebook import reading, writing

    book = reading.load(folder)
    written = writing.write(book, folder)
    for said in written.left_out:
        tell(f"left out: {said}", err=True)
    for graded in book.students:
        if not graded.is_final:
            tell(f"not final: {graded.student.id!a}: {graded.withheld!a}")
    tell(f"{len(book.final)} of {len(book.students)} scores are final: {written.files[0]}")
    return len(book.final) == len(book.students)


def _standings(out: Path, students: tuple["Student", ...], resume: bool, rubric: Path | None) -> "Standings":
    from labproof.classes.standings import Standings
    from labproof.grading import rubric as rubrics

    digest = rubrics.load(overrides=rubric).digest
    return Standings.begin(out, course_dir().name, digest, students, resume)


def _tell_questions(standings: "Standings") -> None:
    from labproof.classes import register
    from labproof.showing.progress import one_line

    for standing in standings.students.values():
        for question in standing.questions:
            tell(one_line(f"question for {standing.id}: {question}"))
    tell(f"class: {standings.folder / register.NAME}")
