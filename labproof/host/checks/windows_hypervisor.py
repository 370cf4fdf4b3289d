"""Windows' own hypervisor (Hyper-V, WSL 2, memory integrity): VirtualBox then runs through it, or not at all."""

from labproof.host.checks import virtualbox, windows
from labproof.host.checks.finding import Finding, Wish, ok, unknown, warning
from labproof.host.checks.versions import shown
from labproof.host.computer import Computer

OFF = (
    "as administrator: `bcdedit /set hypervisorlaunchtype off`, then restart (`auto` instead of `off` brings it back; "
    "WSL 2 and Docker Desktop need it); memory integrity is switched off in Windows Security, Core isolation"
)


def check(computer: Computer, wish: Wish) -> Finding:
    """Return whether Windows leaves the processor to VirtualBox."""
    seen = windows.look(computer)
    if seen is None or seen.has_hypervisor is None:
        return unknown("PowerShell does not say whether Windows runs its own hypervisor", OFF)
    if not seen.has_hypervisor:
        return ok("Windows runs no hypervisor of its own")
    found = shown(virtualbox.version(computer)) or "of any version"
    return warning(f"Windows runs a hypervisor of its own: VirtualBox {found} is many times slower beside it", OFF)
