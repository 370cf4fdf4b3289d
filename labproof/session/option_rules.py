"""What the options of a session may be; whoever reads them knows afterwards that they make sense together."""

import math
from pathlib import Path

from labproof.ground.errors import ConfigError
from labproof.providers import table

PROFILES = ("handout", "rehearsal", "official")
"""The course as its text has it, and a rehearsal of it on machines that stand in for its own."""


def require(
    profile: str,
    provider: str,
    patience: float,
    inventory: Path | None = None,
    switches: frozenset[str] = frozenset(),
) -> None:
    """Raise ConfigError with every option that cannot be followed; `switches` are those that are on."""
    problems = []
    if profile and profile not in PROFILES:
        problems.append(f"--profile (LAB_PROFILE): expected {' or '.join(PROFILES)}, found {profile!r}")
    if provider and provider not in table.NAMES:
        problems.append(f"--provider (LAB_PROVIDER): expected {', '.join(table.NAMES)}, found {provider!r}")
    if not 0 <= patience < math.inf:
        problems.append(f"--patience: expected seconds from 0 on, found {patience}")
    if inventory:
        problems += [_NOT_OURS.get(name, _RESTART).format(name) for name in sorted(switches)]
    if problems:
        raise ConfigError(problems)


_RESTART = (
    "--{}: machines of an inventory are not restarted by Labproof; restart them yourself, wait until all of them let"
    " you in, and grade without it"
)
_NOT_OURS = {
    "milestones": (
        "--milestones: machines of an inventory cannot be saved by Labproof; leave it out, and save them yourself, with"
        " snapshots of your hypervisor"
    ),
    "reset": (
        "reset: machines of an inventory cannot be brought back by Labproof; bring them back yourself, with snapshots"
        " of your hypervisor, or use machines of Labproof's own: labproof up"
    ),
}


def require_ours(inventory: Path | None, command: str) -> None:
    """Raise ConfigError for a command that only Labproof's own machines can follow."""
    if inventory:
        raise ConfigError([_NOT_OURS[command]])
