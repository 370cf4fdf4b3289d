"""What Windows says of itself, asked of PowerShell once."""

import json
from dataclasses import dataclass
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
    """What counts of a Windows: whether its own hypervisor runs, whether the firmware lets others, memory in MiB."""

    has_hypervisor: bool
    has_virtualization: bool
    free_memory: int
    networks: tuple[tuple[str, str, int], ...]
    """Each interface with an address and the length of its prefix."""


def look(computer: Computer) -> Windows | None:
    """Return what Windows says; None where it cannot be asked."""
    answer = computer.run(*COMMAND, seconds=60)
    try:
        said = json.loads(answer.output) if answer.status == 0 else None
        return _read(said) if isinstance(said, dict) else None
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _read(said: dict[str, Any]) -> Windows:
    # PowerShell writes a list of one as what is in it.
    rows = said["Networks"] if isinstance(said["Networks"], list) else [said["Networks"]]
    networks = tuple((str(r["InterfaceAlias"]), str(r["IPAddress"]), int(r["PrefixLength"])) for r in rows)
    return Windows(bool(said["Hypervisor"]), bool(said["Firmware"]), int(said["FreeKiB"]) // 1024, networks)
