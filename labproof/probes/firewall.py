"""What a firewall has left in the kernel's tables."""

from labproof.machine import Machine

_FIREWALLD_CHAINS = ("INPUT_ZONES", "FORWARD_IN_ZONES", "FORWARD_OUT_ZONES", "INPUT_direct", "IN_public", "FWDI_public")


def leftover_rules(machine: Machine) -> list[str]:
    """Return the rules that firewalld or iptables-services left: their chains, and a final REJECT or DROP."""
    return parse_leftovers(machine.ask("iptables -w 5 -S").output)


def parse_leftovers(rules: str) -> list[str]:
    """Return the lines of `iptables -S` that a firewall left."""
    found = []
    for line in rules.splitlines():
        words = line.split()
        if len(words) < 2:
            continue
        is_chain = words[0] == "-N" and words[1] in _FIREWALLD_CHAINS
        is_policy = words[:2] == ["-P", "INPUT"] and words[2:] != ["ACCEPT"]
        ends = words[:2] in (["-A", "INPUT"], ["-A", "FORWARD"]) and words[2:4] in (["-j", "REJECT"], ["-j", "DROP"])
        if is_chain or is_policy or ends:
            found.append(line)
    return found
