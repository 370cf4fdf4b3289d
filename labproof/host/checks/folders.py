"""The folders of Vagrant and VirtualBox: on Windows neither bears letters beyond ASCII in them."""

from labproof.host.checks.finding import Finding, Wish, ok, warning
from labproof.host.computer import Computer


def check(computer: Computer, wish: Wish) -> Finding:
    """Return whether the paths are such that every program bears them."""
    strange = [str(path) for path in (wish.vagrant_home, wish.machines) if not str(path).isascii()]
    if computer.system != "Windows" or not strange:
        return ok(f"Vagrant's home is {wish.vagrant_home}")
    return warning(
        f"{strange[0]} has letters that Vagrant and VirtualBox of Windows may not bear",
        r"`setx VAGRANT_HOME C:\vagrant`, `setx LABPROOF_CACHE C:\labproof`, "
        r"`VBoxManage setproperty machinefolder C:\vms`, then open a new window",
    )
