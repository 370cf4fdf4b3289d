"""The lab's own networks: bridges with no way out, and the guard that nothing speaks past them."""

import socket
from pathlib import Path

from labproof.ground.errors import HostError
from labproof.host.command import run_checked, succeeds
from labproof.host.ledger import Change, Ledger
from labproof.host.table import Table

LAST_METRIC = "4294967295"


def create(table: Table, ledger: Ledger) -> None:
    """Make the lab's bridges unless they are there. Nothing is forwarded to them or from them."""
    network = str(table.network)
    # While the bridge is down, packets for the lab end here instead of leaving by the default route.
    ledger.record(Change("route", network))
    run_checked(["ip", "route", "replace", "unreachable", network, "metric", LAST_METRIC], seconds=10)
    for name in table.dead_ends:
        _make(name, ledger)
    _make(table.bridge.name, ledger)
    address = f"{table.bridge.address}/{table.network.prefixlen}"
    run_checked(["ip", "address", "replace", address, "brd", "+", "dev", table.bridge.name], seconds=10)


def _make(name: str, ledger: Ledger) -> None:
    ledger.record(Change("bridge", name))
    if not exists(name):
        run_checked(["ip", "link", "add", name, "type", "bridge", "stp_state", "0"], seconds=10)
    settings = Path("/proc/sys/net")
    ipv6 = settings / "ipv6/conf" / name / "disable_ipv6"
    if ipv6.exists():
        ipv6.write_text("1")
    # Also where this computer forwards for somebody else: what comes from the lab goes no further.
    (settings / "ipv4/conf" / name / "forwarding").write_text("0")
    run_checked(["ip", "link", "set", name, "up"], seconds=10)


def remove(change: Change) -> None:
    """Take the bridge away."""
    if exists(change.target):
        run_checked(["ip", "link", "delete", change.target], seconds=10)


def remove_route(change: Change) -> None:
    """Take the route away that ended packets for the lab."""
    succeeds(["ip", "route", "delete", "unreachable", change.target, "metric", LAST_METRIC], seconds=10)


def exists(name: str) -> bool:
    """Tell whether this computer has a network interface of this name."""
    return Path("/sys/class/net", name).exists()


def require(table: Table) -> None:
    """Raise HostError unless packets for every machine stay on the lab's own network."""
    for row in table.machines:
        source = source_address(str(row.address))
        if source != str(table.bridge.address):
            raise HostError(
                f"expected packets for {row.name} ({row.address}) to leave from {table.bridge.address} on "
                f"{table.bridge.name}, found {source or 'no way there'}\n"
                f"  try: labproof up, which makes the lab's network again; nothing was sent"
            )


def source_address(destination: str) -> str:
    """Return the address of this computer that packets to a destination would come from; sends none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Connecting a datagram socket only looks up the route.
            probe.connect((destination, 9))
        except OSError:
            return ""
        return str(probe.getsockname()[0])
