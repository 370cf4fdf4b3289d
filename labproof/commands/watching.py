"""`labproof watch`: one lab, looked at again and again while somebody works on it."""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from labproof.commands.common import machine_options, rubric_option
from labproof.ground.exit_status import ExitStatus
from labproof.ground.wording import say

if TYPE_CHECKING:
    from labproof.records.model import RunRecord

EVERY_SECONDS = 15.0
DEADLINE_SECONDS = 300.0
_USAGE = "the grading could not begin"


@click.command()
@machine_options
@rubric_option
@click.option(
    "--every",
    type=click.FloatRange(min=1, max=86_400),
    default=EVERY_SECONDS,
    show_default=True,
    help="Seconds between the end of a look and the next.",
)
@click.option("--rounds", type=click.IntRange(min=1), help="End after so many looks; by default Ctrl-C ends it.")
def watch(provider: str, inventory: Path | None, rubric: Path | None, every: float, rounds: int | None) -> None:
    """Watch your lab while you work: what has turned green or red, and what to do next. Nothing is written down."""
    from labproof.ground.interrupts import as_interrupt
    from labproof.ground.wait import Deadline, poll

    arguments = ["grade", *([f"--provider={provider}"] if provider else [])]
    arguments += [f"--inventory={inventory.absolute()}"] if inventory else []
    arguments += [f"--rubric={rubric.absolute()}"] if rubric else []
    with tempfile.TemporaryDirectory(prefix="labproof-watch-") as folder, as_interrupt():
        seen: RunRecord | None = None
        looks = 0
        while rounds is None or looks < rounds:
            if looks:
                poll(lambda: False, bool, Deadline(every), every=min(every, 0.5))
            seen = _look(arguments, Path(folder), seen)
            looks += 1
    sys.exit(ExitStatus.FULL)


def _look(arguments: list[str], folder: Path, before: "RunRecord | None") -> "RunRecord | None":
    """Grade once and tell what has changed; return what was seen, or what was seen last where nothing was."""
    from labproof.ground.errors import ConfigError, LabError
    from labproof.host import warm
    from labproof.records.model import FINISHED
    from labproof.records.store import every

    terminal = folder / "terminal.txt"
    status = warm.run(arguments, terminal, {"LABPROOF_RUNS": str(folder / "runs")}, DEADLINE_SECONDS)
    runs = every(folder / "runs")
    if not runs:
        said = terminal.read_text(encoding="utf-8", errors="replace").strip() or _USAGE
        raise ConfigError([said.removeprefix("error: ")]) if status == ExitStatus.USAGE else LabError(said)
    run = runs[0].load()
    for old in runs:
        # Each look is whole by itself: what it left would fill the disk in a day.
        shutil.rmtree(old.path, ignore_errors=True)
    if run.ended != FINISHED:
        _tell([(say(f"not seen: {run.ended}; it is tried again"), "blue")])
        return before
    from labproof.showing import changes

    _tell(changes.lines(before, run))
    return run


def _tell(lines: list[tuple[str, str]]) -> None:
    from datetime import datetime

    from labproof.showing.progress import one_line

    clock = datetime.now().astimezone().strftime("%H:%M:%S")
    colours = {"green": "green", "bold green": "green", "red": "red", "blue": "blue"}
    for line, style in lines:
        # What stands in front is part of how it is meant.
        text = f"{'  ' if line.startswith('  ') else ''}{one_line(line)}"
        click.echo(f"[{clock}] " + click.style(text, fg=colours.get(style), bold="bold" in style))


COMMANDS = (watch,)
