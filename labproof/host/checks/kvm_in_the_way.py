"""KVM in VirtualBox's way: since Linux 6.12 it keeps the processor's virtualization from the moment it is loaded."""

from labproof.host.checks import virtualbox
from labproof.host.checks.finding import Finding, Wish, ok, warning
from labproof.host.checks.versions import Version
from labproof.host.computer import Computer

PARAMETER = "/sys/module/kvm/parameters/enable_virt_at_load"
SHARES: Version = (7, 2, 10)
"""The first VirtualBox that works beside it: https://github.com/VirtualBox/virtualbox/issues/711."""


def check(computer: Computer, wish: Wish) -> Finding:
    """Return whether KVM leaves the processor to VirtualBox."""
    if (computer.read(PARAMETER) or "N").strip() not in ("Y", "1") or virtualbox.version(computer) >= SHARES:
        return ok("KVM leaves the processor to VirtualBox")
    return warning(
        "KVM is loaded and may keep the processor to itself (VERR_VMX_IN_VMX_ROOT_MODE, VERR_SVM_IN_USE)",
        "`sudo modprobe -r kvm_intel kvm_amd kvm` before the machines come up",
    )
