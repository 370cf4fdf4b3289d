"""What a recording asks its surroundings: the time, what does not answer at the moment, and how patient to be."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from labproof.records.evidence import now


@dataclass(frozen=True)
class Surroundings:
    """Given to a recording at its birth; a recorded run answers with the time at which it was made."""

    patience: float = 15.0
    """How long verifying waits at most, in seconds: what was finished need not come about any more."""

    lost_machines: Callable[[], list[str]] = list
    """Return the names of the machines that do not answer."""

    is_cluster_lost: Callable[[], bool] = lambda: False
    """Tell whether the course's API answered once and does not any more."""

    now: Callable[[], str] = now
    clock: Callable[[], float] = time.monotonic
    """Return what the time is: for people, and in seconds."""

    pause: Callable[[], None] = lambda: None
    """Say that a scenario begins: in a recording, the time up to its first answer belongs to nobody."""

    resumed: Callable[[], str] = lambda: ""
    """Return when a recorded scenario really began, as far as its answers tell; nothing where we saw it begin."""
