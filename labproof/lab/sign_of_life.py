"""Whether the machines answer at all."""

from collections.abc import Iterable

from labproof.lab.machine import Machine


def every(machines: Iterable[Machine]) -> None:
    """Ask every machine whose last answer failed, or that was never asked, for a sign of life.

    Raises Unreachable or DeadlineExceeded for one that gives none.
    """
    for machine in machines:
        if not machine.is_known_up:
            machine.ask(":", timeout=5.0, is_fact=False)
