"""What Windows says of itself, asked of PowerShell once."""

import json
from dataclasses import dataclass
from ipaddress import IPv4Interface
from typing import Any

from labproof.host.computer import Computer

SCRIPT = (
    "[Console]::OutputEncoding=[Text.Encoding]::UTF8;"
    "$c=Get-CimInstance Win32_ComputerSystem;$p=@(Get-CimInstance Win32_Processor)[0];"
    "$o=Get-CimInstance Win32_OperatingSystem;"
    "@{Hypervisor=$c.HypervisorPresent;Firmware=$p.VirtualizationFirmwareEnabled;FreeKiB=$o.FreePhysicalMemory;"
    "Networks=@(Get-NetIPAddress -AddressFamily IPv4|Select-Object InterfaceAlias,IPAddress,PrefixLength)}"
    "|ConvertTo-Json -Depth 4"
)
COMMAND = ("powershell", "-NoProfile", "-NonInteractive", "-Command", SCRIPT)


@dataclass(frozen=True)
class Windows:
    """What counts of a Windows, None where it does not say that: a command of PowerShell may fail beside the others.

    Whether its own hypervisor runs, whether the firmware lets others, memory in MiB.
    """

    has_hypervisor: bool | None
    has_virtualization: bool | None
    free_memory: int | None
    networks: tuple[tuple[str, str, int], ...] | None
    """Each interface with an address and the length of its prefix."""


def look(computer: Computer) -> Windows | None:
    """Return what Windows says; None where it cannot be asked."""
    said = _object(computer.run(*COMMAND, seconds=60).output)
    if said is None:
        return None
    memory = said.get("FreeKiB")
    return Windows(
        _truth(said.get("Hypervisor")),
        _truth(said.get("Firmware")),
        memory // 1024 if isinstance(memory, int) else None,
        _networks(said.get("Networks")),
    )


def _object(text: str) -> dict[str, Any] | None:
    """Return the object in what PowerShell says: warnings, in any language and encoding, may stand around it."""
    start = text.find("{")
    while start >= 0:
        try:
            said, _ = json.JSONDecoder().raw_decode(text, start)
        except (ValueError, RecursionError):
            start = text.find("\n{", start)
            start += start >= 0
            continue
        return said if isinstance(said, dict) else None
    return None


def _truth(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _networks(rows: Any) -> tuple[tuple[str, str, int], ...] | None:
    """Return the addresses; none of them when one cannot be read."""
    try:
        # PowerShell writes a list of one as what is in it.
        listed = rows if isinstance(rows, list) else [rows]
        found = tuple((str(r["InterfaceAlias"]), str(r["IPAddress"]), int(r["PrefixLength"])) for r in listed)
        for _, address, prefix in found:
            IPv4Interface(f"{address}/{prefix}")
    except (ValueError, TypeError, KeyError):
        return None
    return found
