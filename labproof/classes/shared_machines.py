"""One machine that two students of a roster are said to have, however each of them writes where it is."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from labproof.classes.entries import Entry
from labproof.providers.inventory_file import Inventory, InventoryMachine

_LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class _Holder:
    """Whose a machine is, what it is called there, and where that says it is."""

    entry: Entry
    name: str
    where: str


def problems(students: Sequence[tuple[Entry, Inventory]]) -> Iterator[str]:
    """Yield every machine that two students are said to have, or that one has twice in two ways of writing."""
    first: dict[tuple[object, ...], _Holder] = {}
    for entry, inventory in students:
        for name, machine in inventory.machines.items():
            mine = _Holder(entry, name, machine.where.lower())
            other = first.setdefault(_place(machine), mine)
            # What one student has twice in one way of writing is told where the inventory is checked.
            if other is not mine and (other.entry is not entry or other.where != mine.where):
                yield _said(other, mine, machine)


def _said(other: _Holder, mine: _Holder, machine: InventoryMachine) -> str:
    where, theirs, row = _where(mine.entry, mine.name), other.name, other.entry.row
    place = f"{machine.host} port {machine.port}" + (f" through {machine.jump}" if machine.jump else "")
    if other.entry is mine.entry:
        return f"{where}: {place} is {theirs} of the same student, too; name two machines"
    return f"{where}: {place} is {theirs} of {row}, too; name each student's own machine"


def _where(entry: Entry, name: str) -> str:
    ways = (f"{name}.host", "vagrant", "inventory")
    return entry.where(next((way for way in ways if entry.text(way)), "inventory"))


def _place(machine: InventoryMachine) -> tuple[object, ...]:
    """Return the place of a machine, the same one however it is written; no name is looked up for it."""
    way = None
    with contextlib.suppress(ValueError):
        way = machine.way
    through = (_host(way.host), way.port) if way else (machine.jump or "").casefold()
    return _host(machine.host), machine.port, through


def _host(text: str) -> str:
    # A dot at the end says that a name is whole: RFC 1034, section 3.1. Of localhost: RFC 6761, section 6.3.
    name = text.casefold().removesuffix(".")
    try:
        address = ip_address(name)
    except ValueError:
        return _LOOPBACK if name == "localhost" else name
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return _LOOPBACK if str(address) == "::1" else str(mapped or address)
