"""What a firewall has left in the kernel's tables."""

import re
import shlex

from labproof.ground.errors import TransportError
from labproof.lab.machine import Machine

_FIREWALLD = re.compile(r"(INPUT|OUTPUT|FORWARD)_\w*(direct|ZONES|POLICIES)\w*|(IN|FWDI|FWDO)_\w+")
"""The chains of firewalld 0.6 in the table filter, of every zone; later ones have POLICIES too."""
_OTHERS = ("KUBE-", "cali-", "DOCKER")
"""How the chains of kube-proxy, Calico and Docker begin."""
_BUILT_IN = ("INPUT", "FORWARD")
_CLUSTER_PORTS = (22, 179, 2379, 2380, 6443, 10250, 30000, 32567)
"""SSH, and the ports by which the cluster's parts and its pages are reached (facts of kubeadm 1.20 and the course)."""

_NARROWS_NOTHING = (
    *("-p all", "-s 0.0.0.0/0", "-d 0.0.0.0/0", "-m comment", "-m conntrack", "-m state"),
    # Beside these stands a port, or the rule concerns a whole protocol.
    *("-p tcp", "-p udp", "-m tcp", "-m udp", "-m multiport"),
)


def leftover_rules(machine: Machine) -> list[str]:
    """Return the rules that firewalld or iptables-services left: their chains, and a final REJECT or DROP.

    Raises TransportError when iptables could not tell. Of its exit statuses only 0 is an answer, and then an
    empty one means that there are no rules: 2 is a wrong option, 3 no permission, 4 a lock that was not
    given in time, 127 no such program (iptables 1.4.21, xtables.h).
    """
    result = machine.ask("iptables -w 5 -S")
    if not result.is_success:
        said = result.error.strip()[-200:]
        raise TransportError(f"{machine.name}: iptables ended with {result.status} and told no rules: {said}")
    return parse_leftovers(result.output)


def parse_leftovers(rules: str) -> list[str]:
    """Return the lines of `iptables -S` that a firewall left."""
    lines = [(line, words) for line in rules.splitlines() if len(words := _words(line)) >= 2]
    closing = {*_BUILT_IN, *_own_chains([words for _, words in lines])}
    return [line for line, words in lines if _is_leftover(words, closing)]


def _is_leftover(words: list[str], closing: set[str]) -> bool:
    if words[0] == "-N":
        return bool(_FIREWALLD.fullmatch(words[1]))
    if words[0] == "-P":
        return words[1] == "INPUT" and words[2:] != ["ACCEPT"]
    return words[0] == "-A" and words[1] in closing and _target(words) in ("REJECT", "DROP")


def _own_chains(rules: list[list[str]]) -> set[str]:
    """Return the chains of the user's own that every packet runs through, from INPUT or FORWARD on."""
    jumps = [(words[1], target) for words in rules if words[0] == "-A" and (target := _target(words))]
    reached = set(_BUILT_IN)
    for _ in jumps:
        reached |= {to for chain, to in jumps if chain in reached and not to.startswith(_OTHERS)}
    return {chain for chain in reached if not _FIREWALLD.fullmatch(chain)}


def _target(words: list[str]) -> str:
    """Return where a rule sends every packet, or all of them for a port of the cluster; empty for any other rule."""
    rest = words[2:]
    while len(rest) >= 2 and rest[0] != "-j":
        if not _is_wide(rest[0], rest[1]):
            return ""
        rest = rest[2:]
    return rest[1] if len(rest) >= 2 else ""


def _is_wide(option: str, value: str) -> bool:
    """Tell whether a condition of a rule leaves it to concern everybody."""
    if option in ("--ctstate", "--state"):
        # A rule for what is new concerns every connection; one for what is invalid hardly any packet.
        return "NEW" in value
    if option in ("--dport", "--dports"):
        return any(_covers(ports, port) for ports in value.split(",") for port in _CLUSTER_PORTS)
    return option == "--comment" or f"{option} {value}" in _NARROWS_NOTHING


def _covers(ports: str, port: int) -> bool:
    first, _, last = ports.partition(":")
    return first.isdigit() and (last or first).isdigit() and int(first) <= port <= int(last or first)


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()
