"""The one table of machines, vagrant/machines.json, as Python sees it; the Vagrantfile reads the same file."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from pathlib import Path
from typing import Annotated

from pydantic import Field

from labproof.ground import settings
from labproof.ground.errors import ConfigError
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
    """One machine: memory in MiB; `gets_bundle` says whether the handout's files are given to it.

    `whole` is a command that ends with 0 on it once all that it stores is in order, after it was set back.
    """

    name: str = Field(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", max_length=63)
    role: str
    address: IPv4Address
    cpus: int = Field(ge=1, le=255)
    memory: int = Field(ge=64)
    gets_bundle: bool = False
    whole: str = ""


class Box(settings.Settings):
    """What virtual machines are made of: `urls` are where each provider's box is fetched, none for Vagrant's catalogue.

    `sums` are the SHA-256 of boxes by provider. `vault` is where CentOS 7's packages are now; nothing for no packages.
    """

    name: str = "centos/7"
    version: str = "1811.02"
    urls: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    sums: dict[str, Annotated[str, Field(pattern=r"^[0-9a-fA-F]{64}$")]] = Field(default_factory=dict)
    vault: str = "http://vault.centos.org/7.6.1810"


class Table(settings.Settings):
    """Every machine of the lab in the course's order, and the network that they share."""

    box: Box = Box()
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
    place = file or path()
    table = settings.load(place, Table)
    if wrong := list(_problems(table)):
        raise ConfigError([f"{place}: {said}; correct one of them" for said in wrong])
    return table


def _problems(table: Table) -> Iterator[str]:
    """Return what keeps the machines from standing in one network."""
    hosts = [table.bridge.address, *(row.address for row in table.machines)]
    if outside := [str(host) for host in hosts if host not in table.network]:
        yield f"expected addresses in {table.network}, found {', '.join(outside)}"
    for what, found in (("name", list(table.names)), ("address", [str(host) for host in hosts])):
        if twice := sorted({one for one in found if found.count(one) > 1}):
            yield f"expected another {what} for each, found {', '.join(twice)} twice"
