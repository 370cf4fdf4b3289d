"""The course as it is taught: the handout as a page, and what of it is graded."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from labproof.commands import language_option
from labproof.commands.common import rubric_option, tell
from labproof.ground import language
from labproof.ground.exit_status import ExitStatus
from labproof.ground.language import LANGUAGES
from labproof.ground.places import course_dir

if TYPE_CHECKING:
    from labproof.grading.rubric import Rubric


lang_option = click.option(
    # Its value is taken before any command has its options: this one is here to be found and completed.
    language_option.OPTION,
    type=click.Choice(LANGUAGES),
    expose_value=False,
    help="The page's language.",
)


@click.command()
@lang_option
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="Where the page goes.")
@rubric_option
def handout(out: Path, rubric: Path | None) -> None:
    """Write the handout as a page: what to do, section by section, and what each step is worth."""
    from labproof.teaching import orphans, pages

    tell(pages.write(pages.handout(orphans.load(_rubric(rubric)), language.current()), out))


@click.command()
@lang_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the page goes; by default build/coverage.html of the course.",
)
def coverage(out: Path | None) -> None:
    """Show every instruction of the handout with the criteria that prove it, and write both ways as a page."""
    from labproof.grading import syllabus
    from labproof.teaching import coverage as covering
    from labproof.teaching import handout as handouts
    from labproof.teaching import orphans, pages

    found = handouts.read(_rubric())
    for line in covering.lines(found):
        tell(line)
    if not found.lessons:
        return
    page = pages.coverage(found, syllabus.load(found.rubric), language.current())
    tell(f"page: {pages.write(page, out or course_dir() / 'build' / 'coverage.html')}")
    problems = orphans.problems(found)
    for problem in problems:
        tell(f"problem: {problem}")
    sys.exit(ExitStatus.LOST if problems else ExitStatus.FULL)


def problems() -> list[str]:
    """Return what is wrong or orphaned in the course's handout; nothing while its sections cannot be read."""
    from labproof.ground.errors import ConfigError
    from labproof.teaching import handout as handouts
    from labproof.teaching import orphans

    try:
        rubric = _rubric()
    except ConfigError:
        # The check of the course tells what is wrong with its sections.
        return []
    try:
        return orphans.problems(handouts.read(rubric))
    except ConfigError as refused:
        return list(refused.problems)


def _rubric(overrides: Path | None = None) -> "Rubric":
    from labproof.grading import rubric
    from labproof.session import optional

    return rubric.load(overrides=overrides, extras=optional.options())


COMMANDS = (handout,)
