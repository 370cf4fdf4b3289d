"""`labproof doctor`: can this computer run the machines, and what to do where it cannot."""

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from labproof.commands.common import provider_option
from labproof.ground.errors import ConfigError
from labproof.ground.exit_status import ExitStatus
from labproof.ground.wording import say

if TYPE_CHECKING:
    from labproof.host.doctor import Examination

bundle_option = click.option(
    "--bundle",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="The folder of the handout's own files, for /root of the machine that gets them; or $LABPROOF_BUNDLE.",
)
SCHEMA = 1
_WIDEST = 8


def give_bundle(folder: Path | None) -> None:
    """Let the machines of this command be given the files of a folder."""
    if folder is not None:
        os.environ["LABPROOF_BUNDLE"] = str(folder.resolve())


@click.command()
@provider_option
@bundle_option
@click.option("--json", "as_json", is_flag=True, help="Write what was found as JSON.")
def doctor(provider: str, bundle: Path | None, as_json: bool) -> None:
    """Look whether this computer can run the machines, by trying; say what to do where it cannot."""
    from labproof.host.computer import ThisComputer
    from labproof.host.doctor import essential, examine
    from labproof.providers import table, wishes

    give_bundle(bundle)
    computer = ThisComputer()
    asked = provider or os.environ.get("LAB_PROVIDER", "")
    chosen = asked or table.recorded() or table.usable(computer)
    if chosen not in table.NAMES:
        raise ConfigError([f"--provider: {chosen!r} is not a provider; choose one of {', '.join(table.NAMES)}"])
    examination = examine(computer, wishes.wish(chosen))
    others = [essential(computer, wishes.wish(name)) for name in table.NAMES if name != chosen]
    if as_json:
        click.echo(json.dumps(_data(computer.system, examination, others), indent=1))
    else:
        _tell(examination, others)
    sys.exit(ExitStatus.FULL if examination.can_run else ExitStatus.OURS)


def _tell(examination: "Examination", others: list["Examination"]) -> None:
    from labproof.showing.text import visible

    lines = [f"{examination.provider}: {say('can run here' if examination.can_run else 'cannot run here')}"]
    for name, finding in examination.findings.items():
        lines.append(f"  {say(finding.state):<{_WIDEST}} {say(name)}: {say(finding.found)}")
        lines += [f"  {'':<{_WIDEST}} {say('try:')} {say(finding.fix)}"] if finding.fix else []
    for other in others:
        why = "; ".join(f"{say(name)}: {say(finding.found)}" for name, finding in other.problems.items())
        lines.append(f"{other.provider}: {say('could be used too' if other.can_run else f'cannot be used: {why}')}")
    for line in lines:
        click.echo(visible(line))


def _data(system: str, examination: "Examination", others: list["Examination"]) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "system": system,
        "provider": examination.provider,
        "can_run": examination.can_run,
        "checks": _checks(examination),
        "others": {other.provider: {"can_run": other.can_run, "checks": _checks(other)} for other in others},
    }


def _checks(examination: "Examination") -> list[dict[str, str]]:
    return [
        {"check": name, "state": finding.state, "found": finding.found, "fix": finding.fix}
        for name, finding in examination.findings.items()
    ]


COMMANDS = (doctor,)
