"""What a firewall has left in the kernel's tables."""

import re
import shlex

from labproof.ground.errors import TransportError
from labproof.lab.machine import Machine
from steps.probes import rule_scope

_FIREWALLD = re.compile(r"(INPUT|OUTPUT|FORWARD)_\w*(direct|ZONES|POLICIES)\w*|(IN|FWD[IO]?)_[\w-]+")
"""The chains of firewalld 0.6 in the table filter, of every zone; later ones have POLICIES and FWD_ too."""
_OTHERS = ("KUBE-", "cali-", "DOCKER")
"""How the chains of kube-proxy, Calico and Docker begin."""
_QUOTING = frozenset("\"'\\")
_BUILT_IN = ("INPUT", "FORWARD", "OUTPUT")
_OPEN_BY_POLICY = ("INPUT", "OUTPUT")
"""Of FORWARD the policy does not matter: what kube-proxy and Calico send on has rules of its own."""


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
    return parse_leftovers(result.output, machine.address)


def parse_leftovers(rules: str, address: str = "") -> list[str]:
    """Return the lines of `iptables -S` that a firewall left, on a machine that has this address in the lab."""
    lines = [(line, words) for line in rules.split("\n") if len(words := _words(line)) >= 2]
    targets = [rule_scope.target(words[2:], address) if words[0] == "-A" else "" for _, words in lines]
    closing = _own_chains([(words[1], target) for (_, words), target in zip(lines, targets, strict=True) if target])
    return [line for (line, words), target in zip(lines, targets, strict=True) if _is_leftover(words, target, closing)]


def _is_leftover(words: list[str], target: str, closing: set[str]) -> bool:
    if words[0] == "-N":
        return bool(_FIREWALLD.fullmatch(words[1]))
    if words[0] == "-P":
        return words[1] in _OPEN_BY_POLICY and words[2:] != ["ACCEPT"]
    return words[1] in closing and target in ("REJECT", "DROP")


def _own_chains(jumps: list[tuple[str, str]]) -> set[str]:
    """Return the built-in chains, and those of the user's own that every packet runs through from there on."""
    reached = set(_BUILT_IN)
    for _ in jumps:
        reached |= {to for chain, to in jumps if chain in reached and not to.startswith(_OTHERS)}
    return {chain for chain in reached if not _FIREWALLD.fullmatch(chain)}


def _words(line: str) -> list[str]:
    # Most rules are nothing but words, and what reads quotes takes twenty times as long.
    if line.isascii() and line.isprintable() and not _QUOTING & set(line):
        return line.split()
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()
