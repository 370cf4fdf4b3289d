"""Packet filter rules without which Pod traffic does not pass: dockerd sets the FORWARD policy to DROP."""

from dataclasses import dataclass

from standins.calico.commands import run, succeeds

IPTABLES = ("iptables", "--wait", "5")
MARK = "0x10000/0x10000"
"""Felix's mark of a packet that was accepted."""


@dataclass(frozen=True)
class Rule:
    """One rule of a chain; a jump from a built-in chain goes first in it."""

    table: str
    chain: str
    match: tuple[str, ...]
    is_jump: bool = False


def rules(pool: str) -> tuple[Rule, ...]:
    """Return the rules for a pool, in the order in which they are made; jumps come last.

    Calico marks its traffic in a chain that comes first and, from 3.16 on, accepts it at the end of FORWARD
    (felix static.go:530-584): a rule of somebody else's between the two stops it.
    """
    return (
        Rule("filter", "cali-FORWARD", ("-s", pool, "-j", "MARK", "--set-xmark", MARK)),
        Rule("filter", "cali-FORWARD", ("-d", pool, "-j", "MARK", "--set-xmark", MARK)),
        # What the pool's natOutgoing promises: traffic that leaves the pool carries the Node's address.
        Rule("nat", "cali-POSTROUTING", ("-s", pool, "!", "-d", pool, "-j", "MASQUERADE")),
        Rule("filter", "FORWARD", ("-m", "mark", "--mark", MARK, "-j", "ACCEPT")),
        Rule("filter", "FORWARD", ("-j", "cali-FORWARD"), is_jump=True),
        Rule("nat", "POSTROUTING", ("-j", "cali-POSTROUTING"), is_jump=True),
    )


def apply(pool: str) -> None:
    """Make every rule that is missing; raise CommandFailed."""
    for rule in rules(pool):
        if succeeds(*IPTABLES, "-t", rule.table, "-C", rule.chain, *rule.match):
            continue
        if rule.is_jump:
            run(*IPTABLES, "-t", rule.table, "-I", rule.chain, "1", *rule.match)
            continue
        # The chain may be there or not; only the rule's own success matters.
        succeeds(*IPTABLES, "-t", rule.table, "-N", rule.chain)
        run(*IPTABLES, "-t", rule.table, "-A", rule.chain, *rule.match)
