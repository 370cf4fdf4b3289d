"""The page and the exports of a class that was graded."""

import sys
from pathlib import Path

import click

from labproof.ground.exit_status import ExitStatus


@click.command("class-report")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
def class_report(folder: Path) -> None:
    """Write the page and the gradebooks of a class that was graded."""
    from labproof.gradebook import reading, writing

    book = reading.load(folder)
    written = writing.write(book, folder)
    for said in written.left_out:
        click.echo(f"left out: {said}", err=True)
    for graded in book.students:
        if not graded.is_final:
            click.echo(f"not final: {graded.student.id!a}: {graded.withheld!a}")
    click.echo(f"{len(book.final)} of {len(book.students)} scores are final: {written.files[0]}")
    sys.exit(ExitStatus.FULL if len(book.final) == len(book.students) else ExitStatus.OURS)


COMMANDS = (class_report,)
