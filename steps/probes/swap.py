"""Swap: what is in use now and what the next boot will use."""

import contextlib
import re

from labproof.ground.errors import NotRecorded
from labproof.lab.machine import Machine

_ALL_SWAP = "swap.target"
_QUOTES = "\"'"
_STRANGE = re.compile(r"[^\w:./]|^\.", re.ASCII)
_BY_LABEL = {"UUID": "by-uuid", "LABEL": "by-label", "PARTUUID": "by-partuuid", "PARTLABEL": "by-partlabel"}


def in_use(machine: Machine) -> list[str]:
    """Return the swap areas that the kernel uses now."""
    return parse_swaps(machine.read("/proc/swaps") or "")


def parse_swaps(text: str) -> list[str]:
    """Return the areas of a /proc/swaps."""
    return [line.split()[0] for line in text.split("\n")[1:] if line.strip()]


def at_boot(machine: Machine) -> list[str]:
    """Return the active swap lines of /etc/fstab, without those whose unit of systemd is masked."""
    lines = parse_fstab(machine.read("/etc/fstab") or "")
    masked = _masked(machine, [_ALL_SWAP, *map(unit, lines)]) if lines else set()
    return [line for line in lines if not {_ALL_SWAP, unit(line)} & masked]


def parse_fstab(text: str) -> list[str]:
    """Return the lines that a boot switches on: whose third field is swap, that are no comment and not noauto.

    Fields may be parted by tabs; of auto and noauto the last counts (systemd 219 src/fstab-generator).
    """
    lines = (line.strip() for line in text.split("\n"))
    fields = ((line, line.split()) for line in lines if line and not line.startswith("#"))
    return [line for line, parts in fields if len(parts) >= 3 and parts[2] == "swap" and _is_auto(parts[3:4])]


def unit(line: str) -> str:
    """Return the name of the unit that systemd makes of a swap line (systemd.swap(5), systemd-escape(1))."""
    kind, _, name = line.split()[0].partition("=")
    path = f"dev/disk/{_BY_LABEL[kind]}/{name.strip(_QUOTES)}" if kind in _BY_LABEL else line.split()[0].strip("/")
    escaped = _STRANGE.sub(lambda sign: "".join(f"\\x{byte:02x}" for byte in sign[0].encode()), path)
    return f"{escaped.replace('/', '-')}.swap"


def _is_auto(options: list[str]) -> bool:
    said = [option for option in (options or [""])[0].split(",") if option in ("auto", "noauto")]
    return said[-1:] != ["noauto"]


def _masked(machine: Machine, units: list[str]) -> set[str]:
    """Return which of the units are masked.

    `systemctl show` ends with 0 for a unit that does not exist, too. Where it fails nothing is known to be masked.
    """
    # A recording of before this was asked has no answer.
    with contextlib.suppress(NotRecorded):
        told = machine.ask("systemctl show --property=LoadState" + " %s" * len(units), *units).output.split()
        return {name for name, state in zip(units, told, strict=False) if state == "LoadState=masked"}
    return set()
