"""An instructor's signature: put under a run, and compared with what became of it."""

import sys
from pathlib import Path

import click

from labproof.commands.common import tell
from labproof.ground.exit_status import ExitStatus

_PATH = click.Path(path_type=Path)


@click.command()
@click.argument("run", default="latest")
@click.option("--key", required=True, type=_PATH, help="Your private Ed25519 key, OpenSSH's or PEM.")
@click.option("--new-key", is_flag=True, help="Make that key first; its public half is FILE.pub.")
@click.option("--rubric", type=_PATH, help="The instructor's own weights that were used.")
def sign(run: str, key: Path, new_key: bool, rubric: Path | None) -> None:
    """Sign a run's result, evidence and report, once they agree with one another."""
    from labproof.records import signing_key
    from labproof.records.store import find
    from labproof.session import signing

    folder = find(run)
    if new_key:
        tell(f"{signing_key.make(key)}: the public half; hand it to whoever verifies")
    found = signing.sign(folder, signing_key.private(key, _passphrase), rubric)
    _tell(found.lines())
    if found.differences:
        tell(f"{folder.path}: not signed: {found}")
        sys.exit(ExitStatus.LOST)
    tell(f"{folder.path}: signed; `labproof verify {run} --key {key}.pub` tells whether anything changed since")


@click.command()
@click.argument("run", default="latest")
@click.option("--key", required=True, type=_PATH, help="The instructor's public key, OpenSSH's or PEM.")
def verify(run: str, key: Path) -> None:
    """Tell whether anything in a run has changed since it was signed, and what."""
    from labproof.records import signing_key
    from labproof.records.store import find
    from labproof.session import signing

    folder = find(run)
    found = signing.verify(folder, signing_key.public(key))
    _tell([f"differs: {text}" for text in found.differences])
    _tell([f"not checked before it was signed: {text}" for text in found.manifest.get("unchecked", ())])
    tell(f"{folder.path}: {found}")
    sys.exit(ExitStatus.LOST if found.differences else ExitStatus.FULL)


def _passphrase() -> str:
    return str(click.prompt("Passphrase of the key", hide_input=True, err=True))


def _tell(lines: list[str]) -> None:
    from labproof.showing.text import visible

    for line in lines:
        tell(visible(line))


COMMANDS = (sign, verify)
