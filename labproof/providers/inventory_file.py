"""The inventory as a file: which machines somebody already has, and how each is reached over SSH.

[master]
host = "192.168.200.10"
user = "root"
key = "~/.ssh/id_ed25519"

[node]
host = "192.168.200.20"
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from itertools import combinations
from pathlib import Path

from pydantic import Field

from labproof.connection.endpoint import Jump
from labproof.ground import settings
from labproof.ground.errors import ConfigError
from labproof.host import table

_NAME = re.compile(r"[^\s/@:\\\[\]'\"\x00-\x1f\x7f]+")


class InventoryMachine(settings.Settings):
    """How one machine is reached. `address` is its address in the lab, where it is another one.

    `jump` is a host on the way to it, as user@host:port.
    """

    host: str
    port: int = Field(default=22, ge=1, le=65535)
    user: str = "root"
    key: Path | None = None
    password: str = Field(default="", repr=False)
    address: str | None = None
    jump: str | None = None

    @property
    def way(self) -> Jump | None:
        """Return the jump host on the way to it, if any. Raises ValueError for what is none."""
        return Jump.parse(self.jump, self.user) if self.jump else None

    @property
    def where(self) -> str:
        """Return its place, by which it is told from others: behind two jump hosts one address is two machines."""
        through = f" through {self.jump}" if self.jump else ""
        return f"{self.host}:{self.port}{through}"

    @property
    def number(self) -> IPv4Address | None:
        """Return the host as an address that may be the machine's own: one of this computer is none."""
        host = _address(self.host)
        return host if isinstance(host, IPv4Address) and _is_a_machines(host) and not host.is_loopback else None


@dataclass(frozen=True)
class Inventory:
    """Every machine of the course by its name, in the course's order."""

    machines: dict[str, InventoryMachine]

    def named_address(self, machine: InventoryMachine) -> str:
        """Return the address in the lab that the inventory names for a machine, nothing where it names none."""
        if machine.address is not None:
            return machine.address
        # Several logins at one host are ports that are forwarded: its address is none of theirs.
        is_shared = sum(other.host == machine.host for other in self.machines.values()) > 1
        return "" if is_shared or machine.number is None else str(machine.number)

    def address(self, name: str) -> str:
        """Return a machine's address in the lab: the one that is named, and otherwise that of the course."""
        rows = {row.name: str(row.address) for row in table.load().machines}
        return self.named_address(self.machines[name]) or rows[name]


def looks_like(names: Iterable[str]) -> str:
    """Return how an inventory of these machines looks, for whoever has given another file."""
    tables = ", ".join(f"[{name}]" for name in names)
    return (
        f'an inventory is TOML with a table for each machine: {tables}, with host = "192.168.200.10",'
        ' user = "root" and key = "~/.ssh/id_ed25519" in it'
    )


def read(path: Path) -> Inventory:
    """Read an inventory file. Raises ConfigError with everything that is wrong in it."""
    names = table.load().names
    loaded = settings.load(path, settings.one_for_each(names, InventoryMachine), looks_like(names))
    inventory = Inventory({name: getattr(loaded, name) for name in names})
    problems = [f"{name}.{problem}" for name, one in inventory.machines.items() for problem in problems_of(one)]
    if problems := problems or list(likenesses(inventory)):
        raise ConfigError([f"{path}: {problem}" for problem in problems])
    return inventory


def problems_of(entry: InventoryMachine) -> Iterator[str]:
    """Yield what is wrong with a machine's settings, each with its key."""
    if not (_NAME.fullmatch(entry.host) or _address(entry.host)):
        yield f"host: expected a name or an address, found {entry.host!r}; user and port have keys of their own"
    if not _NAME.fullmatch(entry.user):
        yield f'user: expected the name of a user, found {entry.user!r}; name one, such as "root"'
    if entry.address is not None:
        address = _address(entry.address)
        if not isinstance(address, IPv4Address) or not _is_a_machines(address):
            yield f"address: expected the machine's IPv4 address in the lab, found {entry.address!r}; correct it"
    try:
        entry.way  # noqa: B018
    except ValueError as problem:
        yield f"jump: {problem}; name the host on the way to the machine, such as me@gate.example.org:22"
    if entry.key is not None and not _is_file(entry.key):
        yield f"key: no such file: {entry.key}; name the private key that the machine lets in{_escaped(str(entry.key))}"


def likenesses(inventory: Inventory) -> Iterator[str]:
    """Yield what makes one machine of two."""
    for (one, first), (other, second) in combinations(inventory.machines.items(), 2):
        if first.where.lower() == second.where.lower():
            through = f" through {second.jump}" if second.jump else ""
            yield f"{one} and {other} are both at {second.host} port {second.port}{through}: name two machines"
        elif (address := inventory.address(one)) == inventory.address(other):
            yield f"{one} and {other} have one address in the lab, {address}: give each its own `address`"


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _is_a_machines(address: IPv4Address) -> bool:
    return not (address.is_unspecified or address.is_multicast or address == IPv4Address("255.255.255.255"))


def _escaped(key: str) -> str:
    """Return what helps where TOML took the backslashes of a path for a tab or a line break."""
    return (
        "; in double quotes \\t is a tab: write it in single quotes, or with /" if re.search("[\x00-\x1f]", key) else ""
    )


def _is_file(path: Path) -> bool:
    try:
        return path.expanduser().is_file()
    except (OSError, RuntimeError, ValueError):
        # A name that no file can have, or the home of a user that there is not.
        return False
