"""`labproof class`: what an instructor does with all labs of a class."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from labproof.commands import handins, judging
from labproof.commands.common import rubric_option, tell, tell_line
from labproof.commands.groups import Whole
from labproof.commands.what_if import regrade
from labproof.ground.exit_status import ExitStatus
from labproof.ground.places import course_dir

if TYPE_CHECKING:
    from labproof.classes.roster import Student
    from labproof.classes.running import Starter
    from labproof.classes.standings import Standings
    from labproof.session.class_session import ClassSession

DEADLINE_SECONDS = 300.0
"""A finished lab takes three seconds, one that waits for everything in vain about a minute."""

EVERY_SECONDS = 60.0
_MOST_NAMED = 20


@click.group("class", cls=Whole)
def class_() -> None:
    """For whoever teaches a class: all of its labs at once."""


@class_.command()
@click.argument("roster", required=False, type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Where the results go.")
@click.option(
    "--jobs", type=click.IntRange(1, 256), help="How many labs are graded at once; by default six for two CPUs."
)
@click.option(
    "--deadline",
    type=click.FloatRange(min=1, max=86_400),
    default=DEADLINE_SECONDS,
    show_default=True,
    help="Seconds that one lab may take.",
)
@click.option("--resume", is_flag=True, help="Go on where an earlier grading ended: what is graded stays.")
@click.option("--scheduler", metavar="ADDRESS", help="Have the labs graded by this Dask cluster; keys go there, too.")
@click.option("--hand-ins", type=click.Path(path_type=Path), help="Judge what was handed in: a platform's download.")
@click.option("--roster", "names", type=click.Path(path_type=Path), help="With --hand-ins: who is in the class.")
@click.option("--assignment", type=click.Path(path_type=Path), help="With --hand-ins: the file with the secrets.")
@rubric_option
def grade(
    roster: Path | None,
    out: Path,
    jobs: int | None,
    deadline: float,
    resume: bool,
    scheduler: str | None,
    hand_ins: Path | None,
    names: Path | None,
    assignment: Path | None,
    rubric: Path | None,
) -> None:
    """Grade the lab of every student in ROSTER, or what they have handed in; nothing on any machine is changed."""
    out = out.absolute()
    if hand_ins is not None and scheduler is None:
        sys.exit(_grade_hand_ins(hand_ins, roster or names, assignment, out, jobs, deadline, resume, rubric))
    if roster is None or names or assignment or hand_ins:
        raise click.UsageError("give ROSTER, or --hand-ins DIR with --roster and --assignment, and no --scheduler")
    sys.exit(_grade_labs(roster, out, jobs, deadline, resume, scheduler, rubric))


def _grade_labs(
    roster: Path, out: Path, jobs: int | None, deadline: float, resume: bool, scheduler: str | None,
    rubric: Path | None,
) -> ExitStatus:  # fmt: skip
    from labproof.classes import lock
    from labproof.classes.doors import knocking
    from labproof.classes.grading import ClassGrading
    from labproof.classes.roster import read
    from labproof.host import table, warm
    from labproof.showing.class_board import Board

    students = {student.id: student for student in read(roster, table.load().names)}
    rubric = rubric.absolute() if rubric else None
    with lock.held(out):
        standings = _standings(out, tuple(students.values()), resume, rubric)

        def work(session: "ClassSession | None" = None) -> ExitStatus:
            with _workers(out, rubric, deadline, scheduler, session) as (grader, most), Board(sys.stdout) as board:
                return ClassGrading(students, standings, grader, jobs or most, board, doors=doors).run()

        # A cluster may reach machines that this computer does not, and the other way round.
        awaited = [students[id_] for id_ in standings.waiting()] if scheduler is None else []
        with knocking(awaited, deadline) as doors:
            status = judging.judge(rubric, out, work) if scheduler is None and warm.can_fork() else work()
        _tell_questions(standings)
        _write(out)
    return status


def _grade_hand_ins(
    hand_ins: Path, roster: Path | None, assignment: Path | None, out: Path, jobs: int | None, deadline: float,
    resume: bool, rubric: Path | None,
) -> ExitStatus:  # fmt: skip
    from labproof.classes import lock

    with lock.held(out):
        begin = partial(_standings, out, resume=resume, rubric=rubric)
        jobs = jobs or os.cpu_count() or 1
        status, standings = handins.judge(hand_ins, roster, assignment, begin, out, jobs, deadline, rubric)
        _tell_questions(standings)
        _write(out)
    return status


@class_.command()
@click.argument("roster", type=click.Path(path_type=Path))
@click.option("--jobs", type=click.IntRange(1, 256), help="How many labs are looked at at once; by default two a CPU.")
@click.option(
    "--deadline",
    type=click.FloatRange(min=1, max=86_400),
    default=DEADLINE_SECONDS,
    show_default=True,
    help="Seconds that one lab may take.",
)
@click.option(
    "--every",
    type=click.FloatRange(min=1, max=86_400),
    default=EVERY_SECONDS,
    show_default=True,
    help="Seconds between the end of a round and the next.",
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Where the page is; by default where it can.")
@click.option("--rounds", type=click.IntRange(min=1), help="End after so many rounds; by default Ctrl-C ends it.")
@rubric_option
def watch(
    roster: Path,
    jobs: int | None,
    deadline: float,
    every: float,
    port: int,
    rounds: int | None,
    rubric: Path | None,
) -> None:
    """Watch every lab of ROSTER while the class works, as a page for your own browser; no result is kept."""
    from labproof.classes.doors import knocking
    from labproof.classes.roster import read
    from labproof.classes.running import Grader
    from labproof.classes.watching import Watch
    from labproof.gradebook.server import ClassPage, PageServer
    from labproof.host import table
    from labproof.showing.class_board import Board

    students = {student.id: student for student in read(roster, table.load().names)}
    with tempfile.TemporaryDirectory(prefix="labproof-watch-") as place:
        out, inventories = Path(place) / "class", Path(place) / "inventories"
        for folder in (out, inventories):
            folder.mkdir()
        board, page = Board(sys.stdout, only_news=True), PageServer(ClassPage(out), port)
        with page as server, board, knocking(students.values(), deadline) as doors:
            board.tell(f"page: {server.address} (for this computer alone; Ctrl-C ends it)")
            grader = Grader(out, inventories, rubric.absolute() if rubric else None, deadline)
            begin = partial(_standings, out, tuple(students.values()), False, rubric)
            jobs = jobs or 2 * (os.cpu_count() or 1)
            status = Watch(students, begin, grader, jobs, board, doors=doors).run(every, rounds)
    sys.exit(status)


@class_.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
def report(folder: Path) -> None:
    """Write the page and the gradebooks of a class that was graded into DIR once more."""
    sys.exit(ExitStatus.FULL if _write(folder) else ExitStatus.OURS)


@class_.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
def decide(folder: Path) -> None:
    """Begin a file for what you decide beside the evidence: overrides, waivers, drops, penalties."""
    from labproof.gradebook import decision_template

    tell(decision_template.write(folder))


class_.add_command(regrade)
class_.add_command(handins.assignment)


@contextmanager
def _workers(
    out: Path, rubric: Path | None, deadline: float, scheduler: str | None, session: "ClassSession | None"
) -> "Iterator[tuple[Starter, int]]":
    """Return who grades the labs, and how many at once: processes of this computer, or a cluster."""
    if scheduler is not None:
        from labproof.classes.scheduler import Cluster, ClusterGrader

        with Cluster(scheduler) as cluster:
            yield ClusterGrader(out, rubric, deadline, cluster), cluster.threads
        return
    from labproof.classes.running import Grader

    with tempfile.TemporaryDirectory(prefix="labproof-class-") as inventories:
        yield Grader(out, Path(inventories), rubric, deadline, session=session), _places(os.cpu_count() or 1)


def _places(cpus: int) -> int:
    """Return how many labs are graded at once: most of the time each of them waits for its machines."""
    return 3 * cpus


def _write(folder: Path) -> bool:
    """Write page, gradebooks and reports; tell whether the score of every student is final."""
    from labproof.gradebook import reading, student_reports, writing

    book = reading.load(folder)
    with student_reports.begun(book, folder) as reports:
        written = writing.write(book, folder)
        left_out = (*written.left_out, *reports().left_out)
    for said in left_out:
        tell(f"left out: {said}", err=True)
    for graded in book.students:
        if not graded.is_final:
            tell_line(f"not final: {graded.student.id}: {graded.withheld}")
    tell(f"{len(book.final)} of {len(book.students)} scores are final: {written.files[0]}")
    return len(book.final) == len(book.students)


def _standings(out: Path, students: tuple["Student", ...], resume: bool, rubric: Path | None) -> "Standings":
    from labproof.classes import register
    from labproof.classes.standings import Standings
    from labproof.gradebook import decisions
    from labproof.grading import rubric as rubrics

    loaded = rubrics.load(overrides=rubric)
    # What is wrong with them is told before anything is graded, and not when all of it is.
    earlier = register.load(out)
    known = [one.id for one in (*earlier.students, *earlier.left)] if earlier else []
    decisions.load(out, [*known, *(one.id for one in students)], {e.id: e.points for e in loaded.entries.values()})
    return Standings.begin(out, course_dir().name, loaded.digest, students, resume)


def _tell_questions(standings: "Standings") -> None:
    from labproof.classes import register

    if gone := [one.id for one in standings.left]:
        named = ", ".join(gone[:_MOST_NAMED]) + (", …" if len(gone) > _MOST_NAMED else "")
        tell_line(f"in the roster no more, and left out; their results stay: {named}")
    for standing in standings.students.values():
        for question in standing.questions:
            tell_line(f"question for {standing.id}: {question}")
    tell(f"class: {standings.folder / register.NAME}")
