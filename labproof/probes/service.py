"""Services of systemd."""

from dataclasses import dataclass

from labproof.machine import Machine


@dataclass(frozen=True)
class ServiceState:
    """Whether a unit exists, runs now and starts at boot."""

    name: str
    exists: bool
    is_running: bool
    is_enabled: bool

    def __str__(self) -> str:
        if not self.exists:
            return f"{self.name} is not installed"
        running = "running" if self.is_running else "not running"
        return f"{self.name} is {running} and {'enabled' if self.is_enabled else 'not enabled'} at boot"


def read(machine: Machine, name: str) -> ServiceState:
    """Read the state of one service."""
    service = machine.host.service(name)
    if not service.exists:
        return ServiceState(name, False, False, False)
    return ServiceState(name, True, service.is_running, service.is_enabled)
