"""A firewall on this computer that would cut the machines off from each other."""

from pathlib import Path

from labproof.host.command import run_checked, succeeds
from labproof.host.ledger import Change, Ledger

BRIDGED = Path("/proc/sys/net/bridge/bridge-nf-call-iptables")


def let_through(bridge: str, ledger: Ledger) -> None:
    """Let frames between the machines pass where the firewall filters bridges and drops by default.

    The rule names the lab's bridge on both sides: it opens no way in or out.
    """
    if not BRIDGED.exists() or BRIDGED.read_text().strip() != "1":
        return
    if not succeeds(["iptables", "--version"], seconds=10) or not drops(_policy()):
        return
    rule = between(bridge)
    if not succeeds(["iptables", "-w", "10", "-C", "FORWARD", *rule], seconds=15):
        ledger.record(Change("rule", bridge))
        run_checked(["iptables", "-w", "10", "-I", "FORWARD", *rule], seconds=15)


def remove(change: Change) -> None:
    """Take the rule away."""
    rule = between(change.target)
    if succeeds(["iptables", "-w", "10", "-C", "FORWARD", *rule], seconds=15):
        run_checked(["iptables", "-w", "10", "-D", "FORWARD", *rule], seconds=15)


def between(bridge: str) -> list[str]:
    """Return the rule for frames that come from the bridge and go back to it."""
    return ["-i", bridge, "-o", bridge, "-m", "comment", "--comment", "labproof", "-j", "ACCEPT"]


def drops(listing: str) -> bool:
    """Tell whether the chain FORWARD, as `iptables -S FORWARD` lists it, may drop what passes a bridge."""
    lines = listing.splitlines()
    refuses = any(line.endswith(("-j DROP", "-j REJECT")) or "-j REJECT " in line for line in lines)
    return "-P FORWARD DROP" in lines or refuses


def _policy() -> str:
    return run_checked(["iptables", "-w", "10", "-S", "FORWARD"], seconds=15)
