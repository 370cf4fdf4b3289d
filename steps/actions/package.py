"""Handout 2.4 and 2.5: installing packages with yum."""

from labproof.lab.machine import Machine


def install(machine: Machine, *names: str) -> None:
    """Install packages."""
    machine.act("yum install -y " + " ".join(["%s"] * len(names)), *names, timeout=300)
