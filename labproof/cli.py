"""The command line: `labproof --help` lists every command."""

import io
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from labproof.commands import (
    author,
    classes,
    doctor,
    grading,
    handins,
    language_option,
    machines,
    reading,
    signing,
    teaching,
    watching,
)
from labproof.commands.groups import Grouped
from labproof.ground import exit_status, fault
from labproof.ground.errors import LabError
from labproof.ground.exit_status import ExitStatus, status_of
from labproof.ground.language import LANGUAGES
from labproof.ground.wording import say


class _Commands(Grouped):
    """Turns every error of ours into one clear message and its exit status."""

    def main(self, args: Sequence[str] | None = None, *more: Any, **options: Any) -> Any:
        """Run a command, in the language that is asked for before or after it."""
        try:
            left = language_option.take(list(sys.argv[1:] if args is None else args))
        except click.UsageError as problem:
            problem.show()
            sys.exit(ExitStatus.USAGE)
        language_option.translate(self)
        self.epilog = f"\b\n{say('Exit status:')}\n{exit_status.table()}"
        return super().main(left, *more, **options)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except LabError as problem:
            _fail(problem, str(problem), status_of(problem))
        except KeyboardInterrupt:
            click.echo(say("interrupted: the machines stay as they are"), err=True)
            sys.exit(ExitStatus.INTERRUPTED)
        # Who reads our lines may have seen enough of them, as `head` has: click ends quietly then.
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as problem:
            # Python's own status for this is 1, which would say that points are lost.
            _fail(problem, fault.describe(problem), ExitStatus.OURS)


def _show_all_letters() -> None:
    """Let a terminal or a pipe that lacks a letter show its escape: a path in Chinese is no reason to fail."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _fail(problem: Exception, said: str, status: ExitStatus) -> None:
    if click.get_current_context().find_root().params.get("debug"):
        traceback.print_exception(problem)
    click.echo(say(f"error: {said}"), err=True)
    sys.exit(status)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="exit statuses",
)
@click.version_option(package_name="labproof", prog_name="labproof", message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, help="Show a traceback with an error.")
@click.option(
    "--course",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Another course than Labproof's own: a folder with exercises, features, steps and vagrant.",
)
@click.option(
    language_option.OPTION,
    type=click.Choice(LANGUAGES),
    expose_value=False,
    help="Chinese or English, before or after any command; by default as your locale says.",
)
def main(debug: bool, course: Path | None) -> None:
    """Run and grade the course on real machines."""
    _show_all_letters()
    if course is not None:
        os.environ["LABPROOF_COURSE"] = str(course.resolve())


for command in (
    *grading.COMMANDS,
    *machines.COMMANDS,
    *reading.COMMANDS,
    *teaching.COMMANDS,
    *doctor.COMMANDS,
    *signing.COMMANDS,
    handins.hand_in,
    watching.watch,
    classes.class_,
    author.author,
):
    main.add_command(command)


if __name__ == "__main__":
    main()
