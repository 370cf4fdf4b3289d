"""Services of systemd."""

from collections.abc import Mapping
from dataclasses import dataclass

from labproof.lab.machine import Machine


@dataclass(frozen=True)
class UnitState:
    """Whether a unit exists, runs now and starts at boot."""

    name: str
    exists: bool
    is_running: bool
    is_enabled: bool
    is_masked: bool = False

    def __str__(self) -> str:
        if not (self.exists or self.is_running):
            return f"{self.name} is not installed"
        running = "running" if self.is_running else "not running"
        said = f"{self.name} is {running} and {'enabled' if self.is_enabled else 'not enabled'} at boot"
        return f"{said}; it is masked" if self.is_masked else said


def read(machine: Machine, name: str) -> UnitState:
    """Read the state of one service.

    `systemctl show` ends with 0 for a unit that does not exist, too: LoadState tells. Any other status means
    that systemd did not answer, and raises TransportError.
    """
    return parse(name, machine.fact(lambda host: host.service(name).systemd_properties))


def parse(name: str, properties: Mapping[str, str]) -> UnitState:
    """Return what `systemctl show` says of a unit."""
    return UnitState(
        name=name,
        exists=properties.get("LoadState") in ("loaded", "masked"),
        is_running=properties.get("ActiveState") in ("active", "reloading", "activating")
        and properties.get("SubState") in ("running", "exited", "reload"),
        is_enabled=properties.get("UnitFileState") == "enabled",
        is_masked=properties.get("LoadState") == "masked" or properties.get("UnitFileState") == "masked",
    )
