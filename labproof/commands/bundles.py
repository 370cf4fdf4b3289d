"""`labproof bundle`: the files that the handout gives to students, built, fetched or judged."""

import json
import sys
from pathlib import Path

import click

from labproof.commands.common import tell
from labproof.commands.groups import Whole
from labproof.ground.exit_status import ExitStatus
from labproof.ground.interrupts import as_interrupt
from labproof.ground.places import course_dir


@click.group(cls=Whole)
def bundle() -> None:
    """The files that the handout gives to students."""


@bundle.command("build")
def build() -> None:
    """Build the rehearsal bundle, or say where it is when it is built already."""
    from labproof.rehearsal.bundle import assemble

    tell(assemble.build(tell).directory)


@bundle.command("check")
@click.argument("directory", required=False, type=click.Path(path_type=Path), metavar="[DIR]")
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as JSON.")
def check(directory: Path | None, as_json: bool) -> None:
    """Judge the bundle in DIR: its files, packages, images and manifests. Without DIR, the rehearsal's.

    Ends with 1 when a lab that is made with it would fail.
    """
    from labproof.rehearsal.judging import judge

    if directory is None:
        from labproof.rehearsal.bundle import assemble

        directory = assemble.build(_progress).directory
    verdict = judge(directory, course_dir(), _progress)
    text = json.dumps(verdict.as_data(), indent=1) if as_json else "\n".join(verdict.lines())
    tell(text)
    sys.exit(ExitStatus.FULL if verdict.is_whole else ExitStatus.LOST)


@bundle.command("fetch")
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Where the bundle shall be.")
@click.option("--sources", type=click.Path(path_type=Path), metavar="FILE", help="Your own sources and mirrors.")
@click.option("--images-only", is_flag=True, help="Only images and manifests, for container machines.")
@click.option("--plan", "only_plan", is_flag=True, help="Show what would be fetched, and from where.")
def fetch(out: Path, sources: Path | None, images_only: bool, only_plan: bool) -> None:
    """Fetch the handout's bundle into DIR, check all of it, and go on where an earlier run ended.

    With --images-only no virtual machine is needed: container machines have the packages of the rehearsal, and the
    images are those that these ask for. Ends with 1 when what was fetched does not make a lab; `bundle check DIR`
    says the same again.
    """
    from labproof.rehearsal.fetching import Wanted
    from labproof.rehearsal.fetching import fetch as fetching
    from labproof.rehearsal.fetching.fetch import plan
    from labproof.rehearsal.fetching.sources import load as load_sources
    from labproof.rehearsal.judging import expected, judge

    course = course_dir()
    edition = expected.OFFICIAL if images_only else expected.HANDOUT
    wanted = Wanted(out, expected.load(course, edition), load_sources(sources))
    if only_plan:
        tell("\n".join(plan(wanted)))
        return
    with as_interrupt():
        fetched = fetching(wanted, _progress)
    verdict = judge(fetched, course, _progress)
    tell("\n".join(verdict.lines()))
    sys.exit(ExitStatus.FULL if verdict.is_whole else ExitStatus.LOST)


def _progress(line: str) -> None:
    tell(line, err=True)
