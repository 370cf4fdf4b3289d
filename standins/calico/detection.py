"""Which of the machine's addresses Calico takes: IP_AUTODETECTION_METHOD, as node v3.17.3 reads it."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv4Network

# The interfaces that are never taken unasked (node v3.17.3 pkg/startup/startup.go, DEFAULT_INTERFACES_TO_EXCLUDE).
EXCLUDED = (
    *("docker.*", "cbr.*", "dummy.*", "virbr.*", "lxcbr.*", "veth.*"),
    *("lo", "cali.*", "tunl.*", "flannel.*", "kube-ipvs.*", "cni.*"),
)
_PODS = "veth"
"""How the ends of our Pods' links are called. Calico's (cali...) have no address, and no card's pattern fits them."""


class InvalidMethod(Exception):
    """Report a method that Calico does not know."""


@dataclass(frozen=True)
class Detected:
    """An address with its prefix length, and the interface that has it."""

    interface: str
    cidr: str

    @property
    def address(self) -> str:
        """Return the address alone."""
        return self.cidr.partition("/")[0]


def detect(method: str, listing: str, source_to: Callable[[str], str]) -> Detected | None:
    """Return what a method finds in `ip -4 -json address`, or None; raise InvalidMethod.

    `source_to` returns the address from which this machine speaks to another.
    """
    name, _, value = method.partition("=")
    values = re.split(r"\s*,\s*", value)
    found = tuple(addresses(listing))
    if method in ("", "first-found"):
        return _first(found, excluded=EXCLUDED)
    if name == "interface":
        return _first(found, included=values)
    if name == "skip-interface":
        return _first(found, excluded=(*EXCLUDED, *values))
    if name == "cidr":
        networks = [IPv4Network(one) for one in values]
        return _first([one for one in found if any(IPv4Interface(one.cidr).ip in net for net in networks)])
    if name == "can-reach":
        source = source_to(value)
        return next((one for one in found if one.address == source), None)
    raise InvalidMethod(f"Invalid IP autodetection method: {method}")


def addresses(listing: str) -> Iterator[Detected]:
    """Yield the addresses of `ip -4 -json address`, those of the newest interface first.

    Calico walks the interfaces in reverse (node v3.17.3 pkg/startup/autodetection/interfaces.go).
    """
    for link in reversed([one for one in json.loads(listing or "[]") if not one["ifname"].startswith(_PODS)]):
        for found in link.get("addr_info", []):
            yield Detected(link["ifname"], f"{found['local']}/{found['prefixlen']}")


def _first(found: Sequence[Detected], included: Sequence[str] = (), excluded: Sequence[str] = ()) -> Detected | None:
    for one in found:
        ip = IPv4Interface(one.cidr).ip
        is_global = not (ip.is_loopback or ip.is_multicast or ip.is_link_local or ip.is_unspecified)
        is_wanted = not included or any(re.search(pattern, one.interface) for pattern in included)
        if is_global and is_wanted and not any(re.search(pattern, one.interface) for pattern in excluded):
            return one
    return None
