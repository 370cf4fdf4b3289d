"""Handout 2.4 and 2.5: services of systemd."""

from labproof.lab.machine import Machine


def start_and_enable(machine: Machine, name: str) -> None:
    """Start a service and have it start at boot."""
    machine.act("systemctl start %s && systemctl enable %s", name, name)


def enable_and_start(machine: Machine, name: str) -> None:
    """Have a service start at boot and start it."""
    machine.act("systemctl enable %s && systemctl start %s", name, name)
