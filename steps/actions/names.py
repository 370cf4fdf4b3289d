"""Handout 2.1: the machines' names."""

from labproof.lab.machine import Machine


def set_hostname(machine: Machine) -> None:
    """Set the hostname, now and for the next boot."""
    machine.act("hostnamectl set-hostname %s", machine.name)


def write_hosts(machine: Machine, known: tuple[Machine, ...]) -> None:
    """Write every machine's name and address into /etc/hosts, unless it is there."""
    for other in known:
        line = f"{other.address} {other.name}"
        machine.act("grep -qxF %s /etc/hosts || echo %s >> /etc/hosts", line, line)
