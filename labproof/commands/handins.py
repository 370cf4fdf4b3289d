"""What a student hands in, and what an instructor gives out for it and judges."""

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from labproof.commands import judging
from labproof.commands.common import machine_choice, machine_options, rubric_option, run_course, tell
from labproof.ground.errors import ConfigError
from labproof.ground.exit_status import ExitStatus
from labproof.ground.places import course_dir

if TYPE_CHECKING:
    from labproof.classes.roster import Student
    from labproof.classes.standings import Standings
    from labproof.handins.challenge import Challenge, Task
    from labproof.handins.placing import Places
    from labproof.session.class_session import ClassSession

    Begin = Callable[[tuple[Student, ...]], Standings]


@click.command("hand-in")
@machine_options
@rubric_option
@click.option("--assignment", type=click.Path(path_type=Path), help="The file that you were given for it.")
@click.option("--run", "run", default="", metavar="RUN", help="Hand in this run, and grade nothing now.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Where the file goes; by default here.")
def hand_in(
    provider: str, inventory: Path | None, rubric: Path | None, assignment: Path | None, run: str, out: Path | None
) -> None:
    """Grade the machines as they are, and pack one file to be handed in."""
    from labproof.handins import challenge, packing
    from labproof.records.store import LATEST, find

    task = challenge.load_task(assignment) if assignment else None
    if task:
        _warn(task)
    status = ExitStatus.FULL
    if not run:
        status = _graded(provider, inventory, rubric)
    path = packing.pack(find(run or LATEST), task, out)
    tell(f"to be handed in: {path} ({path.stat().st_size / 1024:.0f} KiB)")
    sys.exit(status)


def _graded(provider: str, inventory: Path | None, rubric: Path | None) -> ExitStatus:
    """Grade the machines; leave where that came to no result that could be handed in."""
    from labproof.records.model import FINISHED
    from labproof.records.store import LATEST, find, latest_name
    from labproof.session.connecting import EarlyReach

    before = latest_name()
    early = EarlyReach(machine_choice(provider, inventory, rubric=rubric), is_whole=True)
    status = run_course("verify", provider, inventory, [f"--rubric={rubric}"] if rubric else [], early)
    # An earlier run is not what was asked for, and one that was cut short proves little.
    if latest_name() == before or find(LATEST).load().ended != FINISHED:
        tell("nothing to be handed in: the grading did not come to its end", err=True)
        sys.exit(status)
    return ExitStatus(status)


def _warn(task: "Task") -> None:
    """Tell a student at once what the instructor would ask."""
    from datetime import UTC, datetime

    from labproof.handins import course
    from labproof.handins.challenge import moment

    if task.course_digest != course.digest(course_dir()):
        tell("the course here is not in the state that the assignment was made with; update it first", err=True)
    closes = moment(task.closes)
    if closes and datetime.now(UTC) > closes:
        tell(f"the assignment has closed at {task.closes}; what is handed in now is late", err=True)


@click.command()
@click.argument("course_folder", metavar="[COURSE]", required=False, type=click.Path(path_type=Path, file_okay=False))
@click.option("--roster", type=click.Path(path_type=Path), required=True, help="Who gets the assignment.")
@click.option("--closes", required=True, metavar="TIME", help="Until when, such as 2026-12-01T23:59+08:00.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Where the files go.")
@rubric_option
def assignment(course_folder: Path | None, roster: Path, closes: str, out: Path, rubric: Path | None) -> None:
    """Make an assignment: a file with the secrets, and a file for each student.

    Made again in the same folder it keeps what was given out, takes in who is new, and may move the closing time.
    """
    from labproof.classes.roster import read_names
    from labproof.grading import rubric as rubrics
    from labproof.handins import challenge, course
    from labproof.host import table

    if course_folder is not None:
        os.environ["LABPROOF_COURSE"] = str(course_folder.resolve())
    root = course_dir()
    if not (root / "exercises").is_dir():
        raise ConfigError([f"COURSE: {root}: no course there; name a folder with exercises, features and steps"])
    students = read_names(roster, table.load().names)
    digest = rubrics.load(overrides=rubric).digest
    closing = challenge.closing(closes)
    made, new = challenge.make(out, students, (root.name, course.digest(root)), digest, closing)
    tell(f"assignment {made.assignment}, closes {made.closes}: {len(students)} students, {new} of them new")
    tell(f"keep: {out / challenge.SECRETS}")
    tell(f"give each student the file of theirs: {out / challenge.STUDENTS}")


def judge(
    hand_ins: Path, roster: Path | None, secrets: Path | None, begin: "Begin", out: Path, jobs: int, deadline: float,
    rubric: Path | None,
) -> tuple[ExitStatus, "Standings"]:  # fmt: skip
    """Judge every hand-in of a class anew; return how that ended, and how the class stands."""
    from labproof.handins import challenge, finding, placing

    task = challenge.load(secrets) if secrets else None
    places = placing.place(finding.find(hand_ins, out), _students(roster, task), task)
    for said in places.left_over:
        tell(f"left over: {said!a}", err=True)
    if not places.students:
        raise ConfigError([f"--hand-ins: {hand_ins}: no hand-in says whose it is; give --roster or --assignment"])
    standings = begin(tuple(places.students.values()))
    if task and task.rubric != standings.rubric:
        tell("graded by another rubric than the one that the assignment was made with", err=True)

    def work(judges: "ClassSession") -> ExitStatus:
        return _judge_all(places, task, standings, judges, out, jobs, deadline)

    done = judging.judge(rubric, out, work)
    is_whole = not places.left_over or done is ExitStatus.INTERRUPTED
    return done if is_whole else ExitStatus.OURS, standings


def _judge_all(
    places: "Places", task: "Challenge | None", standings: "Standings", judges: "ClassSession", out: Path, jobs: int,
    deadline: float,
) -> ExitStatus:  # fmt: skip
    from labproof.classes.grading import ClassGrading
    from labproof.handins.grading import HandInGrader
    from labproof.showing.class_board import Board

    with tempfile.TemporaryDirectory(prefix="labproof-hand-ins-") as folder, Board(sys.stdout) as board:
        made = task.made if task else ""
        grader = HandInGrader(out, Path(folder), places.counting, made, judges, deadline)
        return ClassGrading(places.students, standings, grader, jobs, board, asks_again=False).run()


def _students(roster: Path | None, task: "Challenge | None") -> "tuple[Student, ...]":
    """Return who is in the class: by the roster, or else by the assignment; nobody, where neither was given."""
    from labproof.classes.roster import Student, read_names
    from labproof.host import table
    from labproof.providers.inventory_file import Inventory

    if roster:
        return read_names(roster, table.load().names)
    known = task.student if task else ()
    return tuple(Student(one.id, one.name, one.email, one.group, Inventory({})) for one in known)
