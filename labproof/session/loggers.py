"""The loggers of this process, which pytest looks through around every test while threads make new ones.

What iterates a dict that another thread adds to ends with an error. pytest (9.2, `_pytest.logging.catching_logs`) has
it at the beginning of a test, which is then one in which Labproof itself has failed: now and then a scenario was lost
to a thread that had connected to a machine just then and made paramiko's loggers, or had imported a module with one.
"""

import logging
from typing import Any


class _Loggers(dict[str, Any]):
    """Loggers by their names; whoever looks through them gets those that there were at that moment."""

    def values(self) -> list[Any]:  # type: ignore[override]
        # Python makes the list without letting another thread come in between.
        return list(super().values())


def make_safe() -> None:
    """Let threads make loggers while others look through them; more than once does no harm."""
    manager = logging.Logger.manager
    if not isinstance(manager.loggerDict, _Loggers):
        # One that a thread makes in this very moment is made once more when it is asked for again.
        manager.loggerDict = _Loggers(manager.loggerDict)
