"""Swap: what is in use now and what the next boot will use."""

from labproof.lab.machine import Machine


def in_use(machine: Machine) -> list[str]:
    """Return the swap areas that the kernel uses now."""
    return parse_swaps(machine.read("/proc/swaps") or "")


def parse_swaps(text: str) -> list[str]:
    """Return the areas of a /proc/swaps."""
    return [line.split()[0] for line in text.splitlines()[1:] if line.strip()]


def at_boot(machine: Machine) -> list[str]:
    """Return the active swap lines of /etc/fstab."""
    return parse_fstab(machine.read("/etc/fstab") or "")


def parse_fstab(text: str) -> list[str]:
    """Return the lines whose third field is swap and that are no comment; fields may be parted by tabs."""
    lines = (line.strip() for line in text.splitlines())
    fields = ((line, line.split()) for line in lines if line and not line.startswith("#"))
    return [line for line, parts in fields if len(parts) >= 3 and parts[2] == "swap"]
