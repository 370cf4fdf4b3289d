"""What a machine calls itself and whom it knows by name."""

from labproof.ground.errors import DeadlineExceeded, TransportError
from labproof.lab.machine import Machine

_LOOKUP_SECONDS = 45.0
"""Longer than a resolver needs for three name servers that do not answer, 5 s each and twice (resolv.conf(5))."""


def hostname(machine: Machine) -> dict[str, str | None]:
    """Return the hostname now and the one that the next boot will set."""
    stored = machine.read("/etc/hostname")
    return {
        "the hostname": (machine.read("/proc/sys/kernel/hostname") or "").strip(),
        "/etc/hostname": _first_name(stored) if stored is not None else None,
    }


def _first_name(text: str) -> str:
    """Return the first line that is no comment (systemd 219 src/shared/hostname-util.c, read_hostname_config)."""
    lines = (line.strip() for line in text.split("\n") if not line.startswith("#"))
    return next(filter(None, lines), "")


def addresses(machine: Machine, names: tuple[str, ...]) -> dict[str, str | None]:
    """Return the first IPv4 address that each name has on the machine, None where it has none.

    Raises TransportError when getent could not tell.
    """
    return {name: _address(machine, name) for name in names}


def _address(machine: Machine, name: str) -> str | None:
    # Not testinfra's: it puts the addresses into a set, and then none of them is the first.
    try:
        result = machine.ask("getent ahostsv4 %s", name, timeout=_LOOKUP_SECONDS)
    except DeadlineExceeded:
        if not machine.is_reachable():
            raise
        return f"not found within {_LOOKUP_SECONDS:.0f} s"
    # getent(1): 2 is a name that is not found; 1 is a wrong call, 127 no getent.
    if result.status not in (0, 2):
        said = result.error.strip()[-200:]
        raise TransportError(f"{machine.name}: getent ended with {result.status} and told no address: {said}")
    words = result.output.split()
    return words[0] if words else None
