"""How long a machine has kept silent already before it is graded: whoever knows it has waited for it."""

import math
import os
from collections.abc import Mapping

from labproof.ground.errors import ConfigError

VARIABLE = "LABPROOF_SILENT"

LAST_SECONDS = 1.0
"""What a machine that has kept silent long enough is still given to take a connection, and to speak."""


def told(seconds: Mapping[str, float]) -> str:
    """Return the text for the variable: each silent machine and its seconds."""
    return " ".join(f"{name}={number:.0f}" for name, number in seconds.items())


def before(machine: str) -> float:
    """Return the seconds for which a machine was waited for in vain before this process began, 0 for any other one.

    Raises ConfigError where $LABPROOF_SILENT is no list such as "node=45".
    """
    for entry in os.environ.get(VARIABLE, "").split():
        name, _, said = entry.rpartition("=")
        try:
            seconds = float(said)
        except ValueError:
            seconds = math.nan
        if not name or not 0 <= seconds < math.inf:
            raise ConfigError([f'{VARIABLE}: expected machines such as "node=45", found {entry!r}; leave it out'])
        if name == machine:
            return seconds
    return 0.0
