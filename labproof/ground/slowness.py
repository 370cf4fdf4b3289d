"""How slow the machines are: where a processor is emulated, whatever has a deadline takes several times as long."""

import os

from labproof.ground.errors import ConfigError

VARIABLE = "LABPROOF_SLOWNESS"
MOST = 100.0


def factor() -> float:
    """Return what every deadline on the machines is multiplied by: 1 unless $LABPROOF_SLOWNESS says otherwise.

    Raises ConfigError for what is no number from 1 to 100.
    """
    said = os.environ.get(VARIABLE, "")
    if not said:
        return 1.0
    try:
        number = float(said)
    except ValueError:
        number = 0.0
    # What is no number at all (nan) is in no range either.
    if not 1 <= number <= MOST:
        raise ConfigError([f"{VARIABLE}: expected a number from 1 to {MOST:.0f}, found {said!r}; correct it"])
    return number


def stretched(seconds: float) -> float:
    """Return how long something may take, in seconds, that takes `seconds` at most on machines that are not slow."""
    return seconds * factor()
