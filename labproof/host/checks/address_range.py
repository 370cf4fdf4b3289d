"""The addresses that VirtualBox allows for networks with this computer: said before Vagrant fails by them."""

import re
from collections.abc import Iterator
from ipaddress import IPv4Network

from labproof.host.checks import virtualbox
from labproof.host.checks.finding import Finding, Wish, ok, problem, unknown
from labproof.host.computer import Computer

FILE = "/etc/vbox/networks.conf"
DEFAULT = (IPv4Network("192.168.56.0/21"),)
"""What VirtualBox allows where the file does not say anything (its manual, chapter Host-Only Networking)."""

SINCE = (6, 1, 28)
UNTIL_ON_MACOS = (7, 0, 0)
"""From this version on macOS knows no such range, and Windows never did: as Vagrant's own check has it."""

_NETWORK = re.compile(r"[\d.]+/\d+")


def check(computer: Computer, wish: Wish) -> Finding:
    """Return whether VirtualBox allows the lab's addresses."""
    version, network = virtualbox.version(computer), wish.table.network
    if not version:
        return unknown("without VirtualBox there is no telling")
    is_macos, is_linux = computer.system == "Darwin", computer.system == "Linux"
    if not (is_linux or is_macos) or version < SINCE or (is_macos and version >= UNTIL_ON_MACOS):
        return ok(f"this VirtualBox allows every address, {network} too")
    allowed = tuple(read(computer.read(FILE) or "")) or DEFAULT
    if any(network.subnet_of(one) for one in allowed):
        return ok(f"VirtualBox allows {network}")
    return problem(
        f"VirtualBox allows {', '.join(map(str, allowed))} alone, and the lab is {network}",
        f"`sudo mkdir -p /etc/vbox; echo '* {network}' | sudo tee -a {FILE}`",
    )


def read(text: str) -> Iterator[IPv4Network]:
    """Return the networks that the file allows: lines that begin with a star."""
    for line in text.splitlines():
        if line.lstrip().startswith("*"):
            for word in _NETWORK.findall(line):
                try:
                    yield IPv4Network(word, strict=False)
                except ValueError:
                    continue
