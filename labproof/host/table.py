"""The one table of machines, vagrant/machines.json, as Python sees it; the Vagrantfile reads the same file."""

from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from pathlib import Path

from labproof.ground import settings
from labproof.ground.places import course_dir


class Bridge(settings.Settings):
    """The lab's own network bridge on this computer."""

    name: str
    address: IPv4Address


class Nat(settings.Settings):
    """The first network card of a virtual machine, the same on all: its way out, which a container only seems to have.

    Each machine has a bridge of its own, called `bridge` and its place in the table, that leads nowhere.
    """

    bridge: str
    address: IPv4Interface
    gateway: IPv4Address


class Row(settings.Settings):
    """One machine: memory in MiB; `gets_bundle` says whether the handout's files are given to it."""

    name: str
    role: str
    address: IPv4Address
    cpus: int
    memory: int
    gets_bundle: bool = False


class Table(settings.Settings):
    """Every machine of the lab in the course's order, and the network that they share."""

    network: IPv4Network
    bridge: Bridge
    nat: Nat | None = None
    machines: tuple[Row, ...]

    @property
    def has_bundle(self) -> bool:
        """Tell whether any machine is given the handout's files."""
        return any(row.gets_bundle for row in self.machines)

    @property
    def dead_ends(self) -> tuple[str, ...]:
        """Return the names of the bridges that lead nowhere, in the order of the machines."""
        return tuple(f"{self.nat.bridge}{place}" for place, _ in enumerate(self.machines)) if self.nat else ()

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the machines."""
        return tuple(row.name for row in self.machines)


def path() -> Path:
    """Return where the course's table lies."""
    return course_dir() / "vagrant" / "machines.json"


def load(file: Path | None = None) -> Table:
    """Read the table. Raises ConfigError with every problem in it."""
    return settings.load(file or path(), Table)
