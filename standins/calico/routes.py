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


def address_listing() -> str:
    """Return this machine's IPv4 addresses as JSON, in the order of the interfaces; raise CommandFailed."""
    return run("ip", "-4", "-json", "address", "show")


def source_to(destination: str) -> str:
    """Return the address from which this machine speaks to another, or nothing."""
    try:
        found = json.loads(run("ip", "-4", "-json", "route", "get", destination) or "[]")
    except CommandFailed:
        return ""
    return str(found[0].get("prefsrc", "")) if found else ""
