"""Whom a rule of iptables concerns: everybody, what the cluster needs, or only some packets."""

import re
from ipaddress import ip_network

_CLUSTER_PORTS = (22, 179, 2379, 2380, 6443, 10250, 30000, 32567)
"""SSH, and the ports by which the cluster's parts and its pages are reached (facts of kubeadm 1.20 and the course)."""
_NARROWS_NOTHING = (
    *("-p all", "-s 0.0.0.0/0", "-d 0.0.0.0/0", "-m comment", "-m conntrack", "-m state"),
    *("-m addrtype", "--dst-type LOCAL"),
    # Beside these stands a port, or the rule concerns a whole protocol.
    *("-p tcp", "-p udp", "-m tcp", "-m udp", "-m multiport"),
    # IPIP, in which Calico wraps what Pods send to another machine; its name is that of /etc/protocols.
    *("-p 4", "-p ipencap", "-p ipv4", "-p ipip"),
)
_CARD = re.compile(r"(eth|en|em|bond|team|p\d+p)\w*\+?|\+")
"""Network cards, by the names that CentOS 7 gives them; not the bridges and links of other programs."""
_LAB_PREFIX = 24
_FLAGS = "--tcp-flags"


def target(conditions: list[str], address: str) -> str:
    """Return where a rule sends every packet, or all that the cluster needs of one kind; empty for any other rule.

    `conditions` are the words behind the name of the chain, `address` is the machine's own in the lab.
    """
    rest = list(conditions)
    while len(rest) >= 2 and rest[0] not in ("-j", "-g"):
        is_not = rest[0] == "!"
        option, *values = rest[is_not : is_not + (3 if _FLAGS in rest[:2] else 2)]
        if not values or not (_is_wide_without if is_not else _is_wide)(option, values, address):
            return ""
        rest = rest[is_not + 1 + len(values) :]
    return rest[1] if len(rest) >= 2 else ""


def _is_wide(option: str, values: list[str], address: str) -> bool:
    """Tell whether a condition of a rule leaves it to concern everybody, or what the cluster needs."""
    value = values[0]
    if option in ("--ctstate", "--state"):
        # A rule for what is new concerns every connection; one for what is invalid hardly any packet.
        return "NEW" in value
    if option in ("--dport", "--dports"):
        return any(_covers(value, port) for port in _CLUSTER_PORTS)
    if option in ("-i", "-o"):
        return bool(_CARD.fullmatch(value))
    if option == _FLAGS:
        # How `--syn` is listed: the first packet of every connection.
        return values[1:] == ["SYN"] and "SYN" in value.split(",")
    if option in ("-s", "-d") and address:
        return _holds_lab(value, address)
    return option == "--comment" or f"{option} {value}" in _NARROWS_NOTHING


def _is_wide_without(option: str, values: list[str], _: str) -> bool:
    """Tell the same of a condition with `!` before it, which must not hold."""
    value = values[0]
    if option in ("--ctstate", "--state"):
        return "NEW" not in value
    if option in ("--dport", "--dports"):
        return not all(_covers(value, port) for port in _CLUSTER_PORTS)
    # All but one card, one protocol or one network is nearly everybody.
    return option in ("-i", "-o", "-s", "-d", "-p") and value not in ("0.0.0.0/0", "all")


def _holds_lab(value: str, address: str) -> bool:
    """Tell whether a range has the whole of the lab's network in it."""
    try:
        lab, said = ip_network(f"{address}/{_LAB_PREFIX}", strict=False), ip_network(value, strict=False)
        return said.version == lab.version and said.supernet_of(lab)  # type: ignore[arg-type]
    except ValueError:
        return False


def _covers(ports: str, port: int) -> bool:
    return any(_is_between(part, port) for part in ports.split(","))


def _is_between(ports: str, port: int) -> bool:
    first, _, last = ports.partition(":")
    return first.isdigit() and (last or first).isdigit() and int(first) <= port <= int(last or first)
