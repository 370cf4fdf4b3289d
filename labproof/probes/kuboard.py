"""Kuboard's console: whether a token opens the cluster through it."""

from dataclasses import dataclass

from labproof.machine import Machine
from labproof.probes.page import Browser

WRONG_TOKEN = "not-a-token-of-this-cluster"


@dataclass(frozen=True)
class ConsoleState:
    """What the console lets a token see: the nodes' names, or the status that it was refused with."""

    status: int | None
    nodes: tuple[str, ...]
    says: str

    def __str__(self) -> str:
        return f"it shows the nodes {', '.join(self.nodes)}" if self.nodes else f"it shows no node: {self.says}"


def console(browser: Browser, machine: Machine, port: int, token: str) -> ConsoleState:
    """List the nodes through the console's way to the API, as the bearer of a token."""
    answer = browser.get(machine, "http", port, "/k8s-api/api/v1/nodes", Authorization=f"Bearer {token.strip()}")
    items = answer.json().get("items") if answer.status == 200 else None
    names = [item.get("metadata", {}).get("name", "") for item in items] if isinstance(items, list) else []
    return ConsoleState(answer.status, tuple(sorted(names)), str(answer)[:200])


@dataclass(frozen=True)
class BothTokens:
    """What the console shows to the bearer of the right token and of a wrong one."""

    right: ConsoleState
    wrong: ConsoleState

    def __str__(self) -> str:
        return f"with the right token {self.right}; with a wrong one {self.wrong}"


def try_both(browser: Browser, machine: Machine, port: int, token: str | None) -> BothTokens:
    """Open the console with a token and with a wrong one; without a token nothing is tried."""
    if token is None:
        nobody = ConsoleState(None, (), "there is no token to try")
        return BothTokens(nobody, nobody)
    return BothTokens(console(browser, machine, port, token), console(browser, machine, port, WRONG_TOKEN))
