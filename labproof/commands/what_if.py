"""`labproof class regrade`: what another rubric would make of a class."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from labproof.commands import judging
from labproof.commands.common import rubric_option, tell, tell_line
from labproof.ground.exit_status import ExitStatus

if TYPE_CHECKING:
    from labproof.classes.what_if import Question
    from labproof.session.class_session import ClassSession

DEADLINE_SECONDS = 120.0
"""The evidence of a finished lab is judged in two seconds."""


@click.command("regrade")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@rubric_option
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Where the answer goes.")
@click.option("--jobs", type=click.IntRange(1, 256), help="How many are judged at once; by default one a CPU.")
@click.option(
    "--deadline",
    type=click.FloatRange(min=1, max=86_400),
    default=DEADLINE_SECONDS,
    show_default=True,
    help="Seconds that judging one student may take.",
)
def regrade(folder: Path, rubric: Path | None, out: Path, jobs: int | None, deadline: float) -> None:
    """Say what other weights would change for whom; DIR stays as it is, and no machine is asked for anything."""
    from labproof.classes import lock, what_if
    from labproof.grading import rubric as rubrics

    other = rubrics.load(overrides=rubric)
    worth = {entry.id: entry.points for entry in other.entries.values()}
    folder, out = folder.absolute(), out.absolute()
    question = what_if.ask(folder, out, other.digest, worth)
    with lock.held(out):
        status = _judge(question, rubric, jobs or os.cpu_count() or 1, deadline)
        if status is ExitStatus.INTERRUPTED:
            tell("interrupted: nothing is compared", err=True)
            sys.exit(status)
        sys.exit(_tell(question, rubric))


def _judge(question: "Question", rubric: Path | None, jobs: int, deadline: float) -> ExitStatus:
    from labproof.classes import what_if

    def work(judges: "ClassSession") -> ExitStatus:
        return what_if.judge(question, judges, jobs, deadline, lambda said: tell_line(said, err=True)).status

    return judging.judge(rubric, question.out, work)


def _tell(question: "Question", rubric: Path | None) -> ExitStatus:
    """Write the pages, and say in a few lines what changes."""
    from labproof.gradebook import comparison, reading, student_reports, what_if_page, writing

    after = reading.load(question.out)
    compared = comparison.compare(question.before, after)
    with student_reports.begun(after, question.out) as reports:
        page = what_if_page.write(compared, rubric.name if rubric else "", question.out)
        written = writing.write(after, question.out)
        left_out = (*written.left_out, *reports().left_out)
    for said in left_out:
        tell(f"left out: {said}", err=True)
    for change in compared.changes:
        if not change.is_judged:
            tell_line(f"not compared: {change.before.student.id}: {change.after.withheld or 'no result'}")
    tell(f"{len(compared.changed)} of {len(compared.judged)} scores change: {page}")
    return ExitStatus.FULL if len(compared.judged) == len(compared.changes) else ExitStatus.OURS
