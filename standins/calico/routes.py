"""Kernel routes to the other Nodes' Pods: direct, through each Node's own address."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from standins.calico.commands import CommandFailed, run

# The routing protocol number of BIRD, which marks the routes of the original too: ours are told from others' by it.
PROTOCOL = "12"


@dataclass(frozen=True)
class RouteChanges:
    """What must be done to the kernel's routes."""

    set: Mapping[str, str]
    remove: tuple[str, ...]


def changes(wanted: Mapping[str, str], present: Mapping[str, str]) -> RouteChanges:
    """Compare wanted routes (range to gateway) with those present."""
    missing = {range_: gateway for range_, gateway in wanted.items() if present.get(range_) != gateway}
    return RouteChanges(missing, tuple(sorted(present.keys() - wanted.keys())))


def apply(wanted: Mapping[str, str]) -> None:
    """Make our routes in the kernel exactly those wanted; raise CommandFailed."""
    needed = changes(wanted, parse(run("ip", "-4", "-json", "route", "show", "proto", PROTOCOL)))
    for range_, gateway in needed.set.items():
        run("ip", "-4", "route", "replace", range_, "via", gateway, "proto", PROTOCOL)
    for range_ in needed.remove:
        run("ip", "-4", "route", "del", range_, "proto", PROTOCOL)


def parse(listing: str) -> Mapping[str, str]:
    """Read ranges and gateways from `ip -json route`."""
    return {route["dst"]: route.get("gateway", "") for route in json.loads(listing or "[]")}


def with_prefix(address: str, listing: str) -> str:
    """Return an address with its prefix length, found in `ip -json address`; raise CommandFailed."""
    for link in json.loads(listing or "[]"):
        for found in link.get("addr_info", []):
            if found.get("local") == address:
                return f"{address}/{found['prefixlen']}"
    raise CommandFailed(f"expected this machine to have its Node's address {address}, found no such interface")


def own_address(address: str) -> str:
    """Return this machine's address with its prefix length; raise CommandFailed where it has no such one."""
    return with_prefix(address, run("ip", "-4", "-json", "address", "show"))
