"""The addresses that VirtualBox allows for networks with this computer: said before Vagrant fails by them."""

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network

from labproof.host.checks import virtualbox
from labproof.host.checks.finding import Finding, Wish, ok, problem, unknown
from labproof.host.computer import Computer

FILE = "/etc/vbox/networks.conf"
DEFAULT = (IPv4Network("192.168.56.0/21"),)
"""What VirtualBox allows where the file does not say anything (its manual, chapter Host-Only Networking)."""

_SHAPE = f"write in {FILE} a line for each network, as `* 192.168.200.0/24`, without commas and without a comment in it"

SINCE = (6, 1, 28)
UNTIL_ON_MACOS = (7, 0, 0)
"""From this version on macOS knows no such range, and Windows never did: as Vagrant's own check has it."""


def check(computer: Computer, wish: Wish) -> Finding:
    """Return whether VirtualBox allows the lab's addresses."""
    version, network = virtualbox.version(computer), wish.table.network
    if not version:
        return unknown("without VirtualBox there is no telling")
    is_macos, is_linux = computer.system == "Darwin", computer.system == "Linux"
    if not (is_linux or is_macos) or version < SINCE or (is_macos and version >= UNTIL_ON_MACOS):
        return ok(f"this VirtualBox allows every address, {network} too")
    text = computer.read(FILE)
    if text is None and computer.exists(FILE):
        return unknown(f"{FILE} cannot be read", f"`sudo chmod a+r {FILE}`")
    try:
        # An empty file allows nothing, as Vagrant reads it; only without one its own range is allowed.
        ranges = DEFAULT if text is None else tuple(read(text))
    except ValueError as reason:
        return problem(f"{FILE} has what Vagrant cannot read: {reason}", _SHAPE)
    if any(isinstance(one, IPv4Network) and network.subnet_of(one) for one in ranges):
        return ok(f"VirtualBox allows {network}")
    allowed = ", ".join(map(str, ranges)) or "no network"
    return problem(
        f"VirtualBox allows {allowed} alone, and the lab is {network}",
        f"`sudo mkdir -p /etc/vbox; echo '* {network}' | sudo tee -a {FILE}`",
    )


def read(text: str) -> Iterator[IPv4Network | IPv6Network]:
    """Return the networks that the file allows: lines that begin with a star, as Vagrant's load_net_conf reads them.

    Raises ValueError for a word that is no network, by which Vagrant fails whatever else is allowed.
    """
    for line in text.splitlines():
        if line.strip().startswith("*"):
            yield from (ip_network(word, strict=False) for word in line.strip()[1:].split())
