"""What is there already: the lab, the runs and their reports, the sections and the criteria. Nothing is changed."""

from pathlib import Path

import click

from labproof.commands import completing
from labproof.commands.common import rubric_option
from labproof.commands.groups import Whole
from labproof.ground.errors import ConfigError, HostError
from labproof.ground.wording import say


@click.command()
def status() -> None:
    """Show what is up, what was graded last, and what comes next."""
    from labproof.commands.state import lines

    _say(lines())


@click.command()
@click.option("--all", "is_all", is_flag=True, help="Every run, and not only the newest twenty.")
def runs(is_all: bool) -> None:
    """List the runs, the newest first, each with its score."""
    from labproof.commands.state import run_lines

    _say(run_lines(None if is_all else 20))


@click.command()
@click.argument("run", default="latest", shell_complete=completing.runs)
@click.option("--open", "is_opened", is_flag=True, help="Open it in the browser.")
def report(run: str, is_opened: bool) -> None:
    """Say where the report of a run is: RUN, or that of the newest on machines."""
    from labproof.records.store import find

    page = find(run).path / "report.html"
    if not page.is_file():
        raise ConfigError([f"RUN: {page} is not there; `labproof regrade {run}` makes a report of its evidence"])
    click.echo(page)
    if is_opened and click.launch(str(page), wait=True):
        raise HostError("--open: no browser could be started here; open the file named above in one")


@click.command()
@click.argument("criterion", shell_complete=completing.criteria)
def explain(criterion: str) -> None:
    """Explain a CRITERION, such as docker.file: why it matters, hints, the handout, and what was found last."""
    from labproof.commands.explaining import explain as explained

    _say(explained(criterion))


@click.command()
def sections() -> None:
    """List the sections: their points, what they build on, their paragraphs of the handout."""
    from labproof.commands.explaining import section_lines

    _say(section_lines())


@click.group(cls=Whole)
def rubric() -> None:
    """What every criterion is worth."""


@rubric.command("show")
@rubric_option
def show(rubric: Path | None) -> None:
    """Write every id with its points as a weights file, to start your own from or to see what --rubric makes."""
    from labproof.grading import rubric as rubrics
    from labproof.grading import weights_file
    from labproof.session import optional

    loaded = rubrics.load(overrides=rubric, extras=optional.options())
    # Its comments are said already; what else a line holds is no text.
    _echo(weights_file.lines(loaded))


def _say(lines: list[str]) -> None:
    _echo([say(line) for line in lines])


def _echo(lines: list[str]) -> None:
    from labproof.showing.text import visible

    for line in lines:
        click.echo(visible(line))


@click.command()
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Write what SHELL needs to complete commands, sections, criteria and runs."""
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    assert made is not None
    click.echo(made(ctx.find_root().command, {}, "labproof", "_LABPROOF_COMPLETE").source())


COMMANDS = (status, runs, report, explain, sections, rubric, completion)
