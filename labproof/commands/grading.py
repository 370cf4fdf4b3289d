"""Building, grading, and grading again what was recorded."""

import sys
from pathlib import Path

import click

from labproof.commands import completing
from labproof.commands.common import (
    WithOptionalSections,
    extras,
    machine_choice,
    machine_options,
    pytest_argument,
    rubric_option,
    run_course,
    section_option,
    tell,
)
from labproof.commands.doctor import bundle_option, give_bundle
from labproof.ground.exit_status import ExitStatus
from labproof.ground.places import engine_dir
from labproof.ground.wording import say

_FROM = "This section and all after it. `labproof sections` lists them."


@click.command()
@machine_options
@click.option("--milestones/--no-milestones", default=None, help="Save the machines after every section.")
@bundle_option
@section_option
@click.option("--browser", is_flag=True, help="Work on pages in a real browser, and take screenshots.")
@click.option("--from", "start", default="", metavar="ID", shell_complete=completing.sections, help=_FROM)
@pytest_argument
def lab(
    provider: str,
    inventory: Path | None,
    milestones: bool | None,
    bundle: Path | None,
    browser: bool,
    sections: tuple[str, ...],
    start: str,
    pytest_options: tuple[str, ...],
) -> None:
    """Bring the machines up, build the whole lab and grade it."""
    give_bundle(bundle)
    # Machines of an inventory cannot be saved: there, only who asks for it needs to be told.
    is_saved = inventory is None if milestones is None else milestones
    more = [*(["--milestones"] if is_saved else []), *(["--browser"] if browser else [])]
    more += [f"--section={name}" for name in sections] + ([f"--from={start}"] if start else [])
    sys.exit(run_course("perform", provider, inventory, (*more, *pytest_options)))


@click.command(cls=WithOptionalSections)
@machine_options
@rubric_option
@section_option
@click.option(
    "--undetermined",
    default="",
    metavar="RUN",
    shell_complete=completing.runs,
    help="Ask again only what that run could not see.",
)
@click.option("--browser", is_flag=True, help="Take screenshots of pages in a real browser.")
@pytest_argument
@click.pass_context
def grade(
    ctx: click.Context,
    provider: str,
    inventory: Path | None,
    rubric: Path | None,
    sections: tuple[str, ...],
    browser: bool,
    undetermined: str,
    pytest_options: tuple[str, ...],
) -> None:
    """Grade the machines as they are; nothing on them is changed."""
    asked = extras(ctx)
    more = [f"--section={name}" for name in sections] + ([f"--rubric={rubric}"] if rubric else [])
    more += ([f"--undetermined={undetermined}"] if undetermined else []) + [f"--{word}" for word in asked]
    more += ["--browser"] if browser else []
    from labproof.session.connecting import EarlyReach

    choice = machine_choice(provider, inventory, rubric=rubric, extras=frozenset(asked))
    early = EarlyReach(choice, is_whole=not (sections or undetermined or pytest_options))
    sys.exit(run_course("verify", provider, inventory, (*more, *pytest_options), early))


@click.command()
@click.argument("run", default="latest", shell_complete=completing.runs)
@rubric_option
@click.option("--accept-broken", is_flag=True, help="Grade evidence that was changed, and say so in the report.")
def regrade(run: str, rubric: Path | None, accept_broken: bool) -> None:
    """Grade a recorded run again, without any machine."""
    from labproof.session.recorded_run import ACCEPT, open_recorded

    recorded = open_recorded(run, accept_broken)
    more = [f"--replay={recorded.folder.path}"]
    more += ([f"--rubric={rubric}"] if rubric else []) + ([ACCEPT] if accept_broken else [])
    sys.exit(run_course(recorded.run.graded_by, "", None, more))


@click.command()
def demo() -> None:
    """Grade a recording of a real lab: no root, no machines, just the report."""
    recording = engine_dir() / "tests" / "recordings" / "full"
    sys.exit(run_course("perform", "", None, [f"--replay={recording}", "--demo"]))


@click.command("verify-evidence")
@click.argument("run", default="latest", shell_complete=completing.runs)
@click.option("--rubric", type=click.Path(path_type=Path), help="The instructor's own weights that were used.")
def verify_evidence(run: str, rubric: Path | None) -> None:
    """Check a run's result, evidence and report against one another."""
    from labproof.records.store import find
    from labproof.session.auditing import audit

    folder = find(run)
    found = audit(folder, rubric)
    for line in found.lines():
        tell(line)
    tell(f"{folder.path}: {say(str(found))}")
    sys.exit(ExitStatus.LOST if found.differences else ExitStatus.FULL)


COMMANDS = (lab, grade, regrade, demo, verify_evidence)
