"""The lab's addresses: nothing else here may lead to them."""

import re
from collections.abc import Iterator
from ipaddress import IPv4Network

from labproof.host.checks import libvirt, windows
from labproof.host.checks.finding import Finding, Wish, ok, problem, unknown
from labproof.host.checks.names import NETWORK
from labproof.host.computer import Computer
from labproof.host.preflight import leads_there, routed_networks

OF_HYPERVISORS = re.compile(r"vboxnet|virbr|virtualbox|bridge1\d\d|hostonly", re.IGNORECASE)
"""Interfaces that a hypervisor makes for the machines: macOS calls VirtualBox's bridge100 and on."""

_OF_VIRTUALBOX = re.compile(r"vboxnet|virtualbox|bridge1\d\d|hostonly", re.IGNORECASE)
_BRIDGE = re.compile(r"<bridge name='([^']+)'")
_MACOS = re.compile(r"^(\S+): flags|^\s+inet (\S+)(?: --> \S+)? netmask 0x([0-9a-f]{8})", re.MULTILINE)


def check(computer: Computer, wish: Wish) -> Finding:
    """Return whether the lab's addresses are free here."""
    found = networks(computer)
    if found is None:
        return unknown(f"the networks of this computer cannot be seen; the lab takes {wish.table.network}")
    for interface, network in found:
        if leads_there(network, wish.table.network) and not _is_own(computer, wish, interface):
            fix = f"take {interface} down (a VPN, another lab: `labproof down --provider lxc`), or use another computer"
            return problem(f"the lab's addresses {wish.table.network} are in use: {interface} has {network}", fix)
    return ok(f"nothing else leads to {wish.table.network}")


def _is_own(computer: Computer, wish: Wish, interface: str) -> bool:
    """Tell whether an interface is the lab's own: that of another hypervisor is another lab's."""
    if wish.provider == "lxc":
        return interface == wish.table.bridge.name
    if wish.provider == "virtualbox":
        return bool(_OF_VIRTUALBOX.search(interface))
    answer = libvirt.ask(computer, "net-dumpxml", NETWORK)
    if answer.status == 0:
        return interface in _BRIDGE.findall(answer.output)
    # Where libvirt does not say which bridge is the lab's, one of its own may be.
    return "not found" not in answer.output and bool(OF_HYPERVISORS.search(interface))


def networks(computer: Computer) -> tuple[tuple[str, IPv4Network], ...] | None:
    """Return each interface with a network that it leads to; None where that cannot be seen."""
    if computer.system == "Linux":
        table = computer.read("/proc/net/route")
        return None if table is None else tuple(routed_networks(table))
    if computer.system == "Windows":
        seen = windows.look(computer)
        rows = seen.networks if seen else None
        return None if rows is None else tuple((n, _network(f"{a}/{p}")) for n, a, p in rows)
    answer = computer.run("ifconfig")
    return tuple(_of_macos(answer.output)) if answer.status == 0 else None


def _of_macos(text: str) -> Iterator[tuple[str, IPv4Network]]:
    interface = ""
    for found in _MACOS.finditer(text):
        if found[1]:
            interface = found[1]
        else:
            yield interface, _network(f"{found[2]}/{int(found[3], 16).bit_count()}")


def _network(text: str) -> IPv4Network:
    return IPv4Network(text, strict=False)
