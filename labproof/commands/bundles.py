"""`labproof bundle`: the files that the handout gives to students, built, fetched or judged."""

import json
import sys
from pathlib import Path

import click

from labproof.ground.exit_status import ExitStatus
from labproof.ground.places import course_dir


@click.group()
def bundle() -> None:
    """The files that the handout gives to students."""


@bundle.command("build")
def build() -> None:
    """Build the rehearsal bundle, or say where it is when it is built already."""
    from labproof.rehearsal import bundle as bundles

    click.echo(bundles.build(click.echo).directory)


@bundle.command("check")
@click.argument("directory", required=False, type=click.Path(path_type=Path), metavar="[DIR]")
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as JSON.")
def check(directory: Path | None, as_json: bool) -> None:
    """Judge the bundle in DIR: its files, packages, images and manifests. Without DIR, the rehearsal's.

    Ends with 1 when a lab that is made with it would fail.
    """
    from labproof.rehearsal.judging import judge

    if directory is None:
        from labproof.rehearsal import bundle as bundles

        directory = bundles.build(_progress).directory
    verdict = judge(directory, course_dir(), _progress)
    text = json.dumps(verdict.as_data(), indent=1) if as_json else "\n".join(verdict.lines())
    click.echo(text)
    sys.exit(ExitStatus.FULL if verdict.is_whole else ExitStatus.LOST)


def _progress(line: str) -> None:
    click.echo(line, err=True)
