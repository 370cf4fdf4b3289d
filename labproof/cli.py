"""The command line: `labproof --help` lists every command."""

import gc
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from labproof.commands.author import author
from labproof.ground import exit_status
from labproof.ground.errors import ConfigError, LabError, crash
from labproof.ground.exit_status import ExitStatus, status_of
from labproof.ground.lean_imports import leave_out
from labproof.ground.places import course_dir

if TYPE_CHECKING:
    from labproof.session.connecting import EarlyReach


class _Commands(click.Group):
    """Turns every error of ours into one clear message and its exit status."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except LabError as problem:
            _fail(problem)
        except KeyboardInterrupt:
            click.echo("interrupted: the machines stay as they are", err=True)
            sys.exit(ExitStatus.INTERRUPTED)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as problem:
            # Python's own status for this is 1, which would say that points are lost.
            _fail(LabError(f"Labproof itself failed: {crash(problem)}"), problem)


def _fail(problem: LabError, cause: Exception | None = None) -> None:
    if click.get_current_context().find_root().params.get("debug"):
        traceback.print_exception(cause or problem)
    click.echo(f"error: {problem}", err=True)
    sys.exit(status_of(problem))


def _lab_options(command: Any) -> Any:
    for option in (
        click.option("--inventory", type=click.Path(path_type=Path), help="Use the machines that this file names."),
        click.option("--provider", envvar="LAB_PROVIDER", default="", help="virtualbox, libvirt or lxc."),
    ):
        command = option(command)
    return command


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="\b\nExit status:\n" + exit_status.table(),
)
@click.option("--debug", is_flag=True, help="Show a traceback with an error.")
def main(debug: bool) -> None:
    """Run and grade the course on real machines."""


@main.command()
@_lab_options
@click.option("--milestones/--no-milestones", default=None, help="Save both machines after every section.")
@click.argument("pytest_options", nargs=-1, type=click.UNPROCESSED)
def lab(provider: str, inventory: Path | None, milestones: bool | None, pytest_options: tuple[str, ...]) -> None:
    """Bring the machines up, build the whole lab and grade it."""
    # Machines of an inventory cannot be saved: there, only who asks for it needs to be told.
    is_saved = inventory is None if milestones is None else milestones
    more = ["--milestones"] if is_saved else []
    sys.exit(_pytest("perform", provider, inventory, (*more, *pytest_options)))


@main.command()
@_lab_options
@click.option("--rubric", type=click.Path(path_type=Path), help="An instructor's own weights.")
@click.option("--section", multiple=True, help="Grade this section and what it needs; repeatable.")
@click.option("--undetermined", default="", metavar="RUN", help="Ask again only what that run could not see.")
@click.option("--reboot", is_flag=True, help="Restart both machines and verify what must last.")
@click.argument("pytest_options", nargs=-1, type=click.UNPROCESSED)
def grade(
    provider: str,
    inventory: Path | None,
    rubric: Path | None,
    section: tuple[str, ...],
    undetermined: str,
    reboot: bool,
    pytest_options: tuple[str, ...],
) -> None:
    """Grade the machines as they are; nothing on them is changed."""
    more = [f"--section={name}" for name in section] + ([f"--rubric={rubric}"] if rubric else [])
    more += ([f"--undetermined={undetermined}"] if undetermined else []) + (["--reboot"] if reboot else [])
    from labproof.session.connecting import EarlyReach, Wishes

    wishes = Wishes(provider, inventory, rubric, frozenset({"reboot"} if reboot else ()))
    early = EarlyReach(wishes, is_whole=not (section or undetermined or pytest_options))
    sys.exit(_pytest("verify", provider, inventory, (*more, *pytest_options), early))


@main.command()
@click.argument("run", default="latest")
@click.option("--rubric", type=click.Path(path_type=Path), help="An instructor's own weights.")
@click.option("--accept-broken", is_flag=True, help="Grade evidence that was changed, and say so in the report.")
def regrade(run: str, rubric: Path | None, accept_broken: bool) -> None:
    """Grade a recorded run again, without any machine."""
    from labproof.session.recorded_run import ACCEPT, open_recorded

    recorded = open_recorded(run, accept_broken)
    more = [f"--replay={recorded.folder.path}"]
    more += ([f"--rubric={rubric}"] if rubric else []) + ([ACCEPT] if accept_broken else [])
    sys.exit(_pytest(recorded.run.graded_by, "", None, more))


@main.command()
def demo() -> None:
    """Grade a recording of a real lab: no root, no machines, just the report."""
    recording = course_dir() / "tests" / "recordings" / "full"
    sys.exit(_pytest("perform", "", None, [f"--replay={recording}", "--demo"]))


@main.command("verify-evidence")
@click.argument("run", default="latest")
@click.option("--rubric", type=click.Path(path_type=Path), help="The instructor's own weights that were used.")
def verify_evidence(run: str, rubric: Path | None) -> None:
    """Check a run's result, evidence and report against one another."""
    from labproof.records.store import find
    from labproof.session.auditing import audit

    folder = find(run)
    found = audit(folder, rubric)
    for line in found.lines():
        click.echo(line)
    click.echo(f"{folder.path}: {found}")
    sys.exit(1 if found.differences else 0)


@main.command()
@_lab_options
def up(provider: str, inventory: Path | None) -> None:
    """Bring the machines up and leave them untouched."""
    chosen = _provider(provider, inventory)
    chosen.up(click.echo)
    for endpoint in chosen.endpoints():
        click.echo(f"{endpoint.name}: {endpoint.user}@{endpoint.host}:{endpoint.port}")


@main.command()
@_lab_options
def down(provider: str, inventory: Path | None) -> None:
    """Take the machines away and put back what was changed on this computer."""
    _provider(provider, inventory).down(click.echo)


@main.command()
@_lab_options
@click.option("--to", "milestone", required=True, help="The section after which the machines were saved.")
def reset(provider: str, inventory: Path | None, milestone: str) -> None:
    """Bring both machines back to where a section had passed in full."""
    from labproof.session.option_rules import require_ours
    from labproof.session.resetting import forget_later

    require_ours(inventory, "reset")
    chosen = _provider(provider, inventory)
    if milestone not in chosen.milestones():
        known = ", ".join(chosen.milestones()) or "none; `labproof lab --milestones` saves them"
        raise ConfigError([f"--to: no milestone {milestone!r} of this lab; there are: {known}"])
    chosen.restore(milestone)
    click.echo(f"both machines are as they were after {milestone}")
    if report := forget_later(milestone):
        click.echo(f"report: {report}")


@main.group()
def bundle() -> None:
    """The files that the handout gives to students."""


@bundle.command("build")
def bundle_build() -> None:
    """Build the rehearsal bundle, or say where it is when it is built already."""
    from labproof.rehearsal import bundle as bundles

    click.echo(bundles.build(click.echo).directory)


@bundle.command("check")
def bundle_check() -> None:
    """Check every file of the bundle against its sum."""
    from labproof.rehearsal import bundle as bundles

    built = bundles.build(click.echo)
    built.verify()
    click.echo(f"{built.directory}: every file is as its manifest says")


def _provider(provider: str, inventory: Path | None) -> Any:
    from labproof.providers.table import choose
    from labproof.session.opening import Options

    return choose(Options(provider=provider, inventory=inventory))


def _pytest(
    mode: str, provider: str, inventory: Path | None, more: Sequence[str], early: "EarlyReach | None" = None
) -> int:
    # A run makes many objects and hardly a cycle: looking for those took a twentieth of a grading.
    gc.set_threshold(100_000)
    # A plugin that happens to be installed here has no business in a grading.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    # Nor have options that somebody keeps for tests of their own: they would choose what is graded.
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        os.environ.pop(name, None)
    # pytest-bdd's generator of step code brings its templates' highlighting, with every lexer that there is.
    leave_out("mako.ext.pygmentplugin")
    import pytest

    arguments = [str(course_dir() / "features"), f"--rootdir={course_dir()}", f"--mode={mode}", "-qq"]
    # The features assert nothing themselves, so rewriting every module's asserts would only cost time.
    is_debugged = click.get_current_context().find_root().params.get("debug")
    arguments += ["--assert=plain", "--tb=native" if is_debugged else "--tb=no", "--no-summary"]
    arguments += [f"--provider={provider}"] if provider else []
    arguments += [f"--inventory={inventory}"] if inventory else []
    arguments += ["-p", "labproof.plugin", "-p", "pytest_bdd.plugin"]
    # It looks for exceptions in what was thrown away, which takes a tenth of a second in the end; we keep none.
    arguments += ["-p", "no:unraisableexception"]
    status = pytest.main([*arguments, *more], plugins=[early] if early else [])
    # An option that pytest does not know ends before any plugin of ours has a say.
    return ExitStatus.USAGE if status == pytest.ExitCode.USAGE_ERROR else int(status)


main.add_command(author)


if __name__ == "__main__":
    main()
