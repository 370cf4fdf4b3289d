"""Whether the machines answer at all."""

from collections.abc import Iterable

from labproof.machine import Machine


def every(machines: Iterable[Machine]) -> None:
    """Ask every machine for a sign of life. Raises Unreachable or DeadlineExceeded for one that gives none."""
    for machine in machines:
        machine.ask(":", timeout=5.0)
