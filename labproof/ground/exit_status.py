"""How every command ends: the one table of exit statuses."""

from enum import IntEnum

from labproof.ground.errors import ConfigError, LabError
from labproof.ground.wording import say


class ExitStatus(IntEnum):
    """What a command tells whoever started it."""

    FULL = 0
    LOST = 1
    USAGE = 2
    OURS = 3
    INTERRUPTED = 130

    @property
    def meaning(self) -> str:
        """Return what the status says, in words."""
        return _MEANINGS[self]


_MEANINGS = {
    ExitStatus.FULL: "everything that was looked at is earned; done",
    ExitStatus.LOST: "points are lost or blocked; evidence was changed; grader not proven; bundle not whole",
    ExitStatus.USAGE: "an option or a file is wrong, and nothing was touched",
    ExitStatus.OURS: "something could not be seen, or Labproof itself failed: no point is lost by it",
    ExitStatus.INTERRUPTED: "interrupted; what was known by then is in the report",
}


def status_of(problem: LabError) -> ExitStatus:
    """Return how a command ends that one of our errors has ended."""
    return ExitStatus.USAGE if isinstance(problem, ConfigError) else ExitStatus.OURS


def table() -> str:
    """Return the whole table, a status a line."""
    return "\n".join(f"{status.value:>3}  {say(status.meaning)}" for status in ExitStatus)
