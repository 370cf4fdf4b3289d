"""The machines: up, down, back to where they were, and the files that they are given."""

from pathlib import Path

import click

from labproof.commands.bundles import bundle
from labproof.commands.common import chosen_provider, machine_options, tell
from labproof.commands.doctor import bundle_option, give_bundle
from labproof.ground.errors import ConfigError
from labproof.ground.interrupts import as_interrupt


@click.command()
@machine_options
@bundle_option
def up(provider: str, inventory: Path | None, bundle: Path | None) -> None:
    """Bring the machines up and leave them untouched."""
    give_bundle(bundle)
    chosen = chosen_provider(provider, inventory)
    with as_interrupt():
        chosen.up(tell)
    for endpoint in chosen.endpoints():
        tell(f"{endpoint.name}: {endpoint.user}@{endpoint.host}:{endpoint.port}")


@click.command()
@machine_options
def down(provider: str, inventory: Path | None) -> None:
    """Take the machines away and put back what was changed on this computer."""
    chosen_provider(provider, inventory).down(tell)


@click.command()
@machine_options
@click.option("--to", "milestone", required=True, help="The section after which the machines were saved.")
def reset(provider: str, inventory: Path | None, milestone: str) -> None:
    """Bring the machines back to where a section had passed in full."""
    from labproof.session.option_rules import require_ours
    from labproof.session.resetting import forget_later

    require_ours(inventory, "reset")
    chosen = chosen_provider(provider, inventory)
    if milestone not in chosen.milestones():
        known = ", ".join(chosen.milestones()) or "none; `labproof lab --milestones` saves them"
        raise ConfigError([f"--to: no milestone {milestone!r} of this lab; there are: {known}"])
    chosen.restore(milestone)
    tell(f"the machines are as they were after {milestone}")
    if report := forget_later(milestone):
        tell(f"report: {report}")


COMMANDS = (up, down, reset, bundle)
