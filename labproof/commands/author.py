"""`labproof author`: what the author of the course needs, first of all the proof of the grader."""

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from labproof.proving.check import Plan


@click.group()
def author() -> None:
    """For whoever writes the course: prove that the grader is right."""


@author.command()
@click.option("--section", "sections", multiple=True, help="Only the mistakes of this section; repeatable.")
@click.option("--mistake", "mistakes", multiple=True, metavar="ID", help="Only this mistake; repeatable.")
@click.option("--quick", is_flag=True, help="Only one mistake of each section.")
@click.option("--list", "only_list", is_flag=True, help="Show the mistakes and touch no machine.")
@click.option("--provider", envvar="LAB_PROVIDER", default="", help="virtualbox, libvirt or lxc.")
def check(sections: tuple[str, ...], mistakes: tuple[str, ...], quick: bool, only_list: bool, provider: str) -> None:
    """Prove the grader: nothing passes on untouched machines, all in the finished lab, each mistake costs its own.

    The whole check makes the lab anew. With --section, --mistake or --quick the finished lab must be up.
    """
    from labproof.grading import rubric
    from labproof.proving.check import plan

    wanted = plan(rubric.load(), sections, mistakes, quick)
    if only_list:
        for mistake in wanted.mistakes:
            click.echo(f"{mistake.id}: {mistake.what} ({', '.join(mistake.costs)})")
        return
    sys.exit(_check(wanted, provider))


def _check(wanted: "Plan", provider: str) -> int:
    from labproof.ground.places import course_dir
    from labproof.providers.table import choose
    from labproof.proving import matrix
    from labproof.proving.bench import Bench
    from labproof.proving.check import prove
    from labproof.session.opening import Options

    folder = course_dir() / "build" / "proof"
    proof = prove(Bench(choose(Options(provider=provider)), folder), wanted, click.echo)
    page, data = matrix.write(proof, folder)
    for problem in proof.problems:
        click.echo(f"problem: {problem}")
    click.echo(f"{len(proof.tried)} mistakes, {proof.collateral} collateral, {len(proof.unproven)} criteria unproven")
    click.echo(f"matrix: {page}\n        {data}")
    return 1 if proof.problems else 0
