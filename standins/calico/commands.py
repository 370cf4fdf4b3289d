"""Runs the host's network tools."""

import subprocess

LIMIT_SECONDS = 10


class CommandFailed(Exception):
    """Report a command that did not succeed, and what it said."""


def run(*argv: str) -> str:
    """Run a command and return its output; raise CommandFailed with what it said."""
    done = _done(argv)
    if done.returncode != 0:
        raise CommandFailed(f"{' '.join(argv)}: {done.stderr.strip()}")
    return done.stdout


def succeeds(*argv: str) -> bool:
    """Tell whether a command exits with 0; raise CommandFailed where it cannot be run."""
    return _done(argv).returncode == 0


def _done(argv: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(argv, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CommandFailed(f"{' '.join(argv)}: {error}") from error
