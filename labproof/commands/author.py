"""`labproof author`: what the author of the course needs, first of all the proof of the grader."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from labproof.authoring import new_files, unfinished
from labproof.authoring.course_texts import untranslated
from labproof.authoring.templates import MARK
from labproof.commands import completing, teaching
from labproof.commands.common import chosen_provider, provider_option, run_course, tell
from labproof.commands.groups import Whole
from labproof.ground.errors import ConfigError, HostError
from labproof.ground.exit_status import ExitStatus
from labproof.ground.interrupts import as_interrupt
from labproof.ground.language import LANGUAGES
from labproof.ground.places import course_dir
from labproof.ground.slowness import MOST
from labproof.ground.wording import course_catalogue, fill, headed, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labproof.proving.check import Scope
    from labproof.proving.vm_check import Stage


@click.group(cls=Whole)
def author() -> None:
    """For whoever writes the course: prove that the grader is right."""


@author.command()
@click.option(
    "--section",
    "sections",
    multiple=True,
    metavar="ID",
    shell_complete=completing.sections,
    help="Only the mistakes of this section, or of combined; repeatable.",
)
@click.option(
    "--mistake",
    "mistakes",
    multiple=True,
    metavar="ID",
    shell_complete=completing.mistakes,
    help="Only this mistake; repeatable. --list shows them.",
)
@click.option("--quick", is_flag=True, help="Only one mistake of each section.")
@click.option("--list", "only_list", is_flag=True, help="Show the mistakes and touch no machine.")
@provider_option
def check(sections: tuple[str, ...], mistakes: tuple[str, ...], quick: bool, only_list: bool, provider: str) -> None:
    """Prove the grader: nothing passes on untouched machines, all in the finished lab, each mistake costs its own.

    The whole check makes the lab anew. With --section, --mistake or --quick the finished lab must be up.
    """
    from labproof.grading import rubric
    from labproof.proving.check import plan

    wanted = plan(rubric.load(), sections, mistakes, quick)
    if only_list:
        for mistake in wanted.mistakes:
            costs = ", ".join(mistake.costs)
            click.echo(fill("{id}: {what} (costs {criteria})", id=mistake.id, what=say(mistake.what), criteria=costs))
        return
    sys.exit(_check(wanted, provider))


@author.command("vm-check")
@click.option(
    "--section",
    "sections",
    multiple=True,
    metavar="ID",
    shell_complete=completing.sections,
    help="Work through this section and what it needs; repeatable. Without it, through all.",
)
@click.option(
    "--mistake",
    "mistakes",
    multiple=True,
    metavar="ID",
    shell_complete=completing.mistakes,
    help="A mistake to be caught; repeatable. `labproof author check --list` shows them.",
)
@click.option("--cpus", type=click.IntRange(1, 16), help="Processors of each machine; else what the table says.")
@click.option("--kvm", is_flag=True, help="With KVM; else QEMU emulates the processor.")
@click.option(
    "--slowness",
    type=click.FloatRange(1, MOST),
    default=4.0,
    help="What deadlines on the machines are multiplied by.",
)
def vm_check(
    sections: tuple[str, ...], mistakes: tuple[str, ...], cpus: int | None, kvm: bool, slowness: float
) -> None:
    """Prove the course on virtual machines: Debian with a kernel, SELinux and swap of its own, through libvirt.

    Everything is made here and taken down again. It needs root, Debian and no hypervisor, and takes its time.
    """
    from labproof.grading import rubric
    from labproof.host import table
    from labproof.proving import catalogue
    from labproof.proving.bench import Bench
    from labproof.proving.virtual_host import VirtualHost
    from labproof.proving.vm_check import VmCheck

    chosen = catalogue.choose(catalogue.everything(rubric.load()), (), mistakes, False) if mistakes else ()
    host = VirtualHost(table.load(), cpus or 0, "kvm" if kvm else "qemu", slowness)
    bench = Bench(host.lab, course_dir() / "build" / "vm-proof", sections)
    # Machines, network and daemon are taken down again also when a signal ends this.
    try:
        with as_interrupt():
            stages = VmCheck(host, bench, catalogue.in_order(chosen), tell).prove()
    except KeyboardInterrupt:
        # Its stages have told that, and what was taken down.
        sys.exit(ExitStatus.INTERRUPTED)
    sys.exit(_told(stages))


def _told(stages: "Sequence[Stage]") -> int:
    failed = [stage for stage in stages if stage.problem]
    tell(f"{len(stages)} stages in {sum(stage.seconds for stage in stages) / 60:.1f} minutes, {len(failed)} failed")
    return ExitStatus.LOST if failed else ExitStatus.FULL


def _check(wanted: "Scope", provider: str) -> int:
    from labproof.proving import matrix
    from labproof.proving.bench import Bench
    from labproof.proving.check import prove

    folder = course_dir() / "build" / "proof"
    with as_interrupt():
        proof = prove(Bench(chosen_provider(provider), folder), wanted, tell)
    page, data = matrix.write(proof, folder)
    for problem in [*map(say, proof.general), *(headed(id_, text) for id_, text in proof.of_mistakes)]:
        click.echo(fill("problem: {problem}", problem=problem))
    tell(f"{len(proof.tried)} mistakes, {proof.collateral} collateral, {len(proof.unproven)} criteria unproven")
    tell(f"matrix: {page}\n        {data}")
    return ExitStatus.LOST if proof.problems else ExitStatus.FULL


@author.command("new-section")
@click.argument("name")
@click.option("--title", default="", help="What the section is called; by default its name.")
def new_section(name: str, title: str) -> None:
    """Write the files of a new section, NAME, for its author to fill in."""
    _tell(new_files.new_section(_place(), name, title))


@author.command("new-criterion")
@click.argument("id_", metavar="ID")
@click.argument("sentence")
def new_criterion(id_: str, sentence: str) -> None:
    """Add a criterion, such as web.page "the page is served", for its author to fill in."""
    _tell(new_files.new_criterion(_place(), id_, sentence))


def _place() -> new_files.CourseFolder:
    from labproof.host import table

    return new_files.CourseFolder(course_dir(), table.load().names[0])


def _tell(written: list[Path]) -> None:
    for path in written:
        tell(path)
    tell(f"fill in every {MARK}; `labproof author course` tells what is left")


@author.command("course")
def course() -> None:
    """Check the whole course: every file of it, and how they fit together."""
    from labproof.session import questions
    from labproof.session.course_check import load

    told = [*unfinished.problems(course_dir()), *teaching.problems(), *questions.problems()]
    load(told=told, binds=False)
    tell(f"{course_dir()}: the course is whole")
    for spoken in LANGUAGES[1:]:
        if left := untranslated(course_dir(), spoken):
            path = course_catalogue(spoken, course_dir())
            tell(f"{path}: {len(left)} texts have no translation and stay English; `labproof author texts` lists them")


author.add_command(teaching.coverage)


@author.command("questions")
@click.argument("run", default="latest", shell_complete=completing.runs)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the file goes; by default exercises/questions.json of the course.",
)
def keep_questions(run: str, out: Path | None) -> None:
    """Keep what RUN asked of the machines with the course: a first grading here then asks it all at once.

    RUN is a grading of a finished lab; it is judged once more, as regrade does. Without this file only the first
    grading on each computer is slower: it learns what is asked.
    """
    from labproof.connection import foresight
    from labproof.records.model import Mode
    from labproof.session.asked import Asked
    from labproof.session.questions import of_course
    from labproof.session.recorded_run import open_recorded

    recorded, asked = open_recorded(run, accept_broken=False), Asked()
    place = recorded.folder.path
    if (mode := recorded.run.graded_by) is not Mode.VERIFY:
        raise ConfigError(
            [f"{place}: expected a run that only verifies, found one that did {mode}; run: labproof grade"]
        )
    if run_course(mode, "", None, [f"--replay={place}"], asked) != ExitStatus.FULL:
        raise ConfigError([f"{place}: expected a finished lab, which is asked everything; name a run with all points"])
    path = out or of_course()
    foresight.save(path, asked.questions, mode=0o644)
    tell(path)


@author.command("texts")
def texts() -> None:
    """Bring the catalogues of the other languages up to date: new texts come in empty, those that are gone leave."""
    try:
        from labproof.authoring import catalogues
    except ImportError:
        raise HostError(
            "expected Babel, which collects the texts, found it missing\n  try: pip install babel"
        ) from None
    for path in catalogues.refresh(course_dir()):
        tell(path)
