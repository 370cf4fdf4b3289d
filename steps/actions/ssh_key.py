"""Handout 2.2: a key pair on master, and the key on both machines."""

from labproof.ground.advice import way_out
from labproof.lab.machine import Machine


def make(machine: Machine) -> None:
    """Make a key pair without a passphrase, unless there is one."""
    machine.act("[ -f ~/.ssh/id_rsa ] || ssh-keygen -q -t rsa -N '' -f ~/.ssh/id_rsa")


def copy_to(target: Machine, owner: Machine) -> None:
    """Copy its owner's key to a machine, answering the two prompts as a student does."""
    answers = {"(yes/no": "yes", "assword:": target.password}
    with way_out(f"where the host's identification has changed, `ssh-keygen -R {target.address}` forgets the old one"):
        owner.act("ssh-copy-id %s", target.address, answers=answers, timeout=30)
