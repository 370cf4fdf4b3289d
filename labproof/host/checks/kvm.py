"""KVM, by having it run a guest: a /dev/kvm that is there and cannot do it is common in nested machines."""

from labproof.host.checks.finding import Finding, Wish, ok, problem
from labproof.host.computer import GUEST_SECONDS, Computer

OTHER = "or take the rehearsal (--provider lxc)"
DRIVER = "LABPROOF_VM_DRIVER"
EMULATED = "qemu"
"""What that variable says where QEMU emulates the processor instead."""

_GUEST = "-accel kvm -cpu host -m 64 -nodefaults -display none -boot reboot-timeout=1 -no-reboot"
BIOS = ("qemu-system-x86_64", *_GUEST.split())
"""A guest whose BIOS looks for a disk, finds none, and would start again: QEMU ends with it."""


def check(computer: Computer, wish: Wish) -> Finding:
    """Return whether KVM runs a guest, or whether none is wanted."""
    if computer.variable(DRIVER) == EMULATED:
        return ok(f"not wanted: {DRIVER}={EMULATED} has the processor emulated, which is many times slower")
    if not computer.exists("/dev/kvm"):
        return problem("no /dev/kvm", f"load kvm_intel or kvm_amd (`sudo modprobe kvm_intel`), {OTHER}")
    answer = computer.try_guest()
    said = answer.output.strip().splitlines()
    last = said[-1] if said else "nothing was said"
    if answer.is_late:
        found = f"/dev/kvm is there, but a guest in {last} did not end within {GUEST_SECONDS:.0f} s"
        return problem(found, f"switch nested virtualization on in the hypervisor around this computer, {OTHER}")
    if answer.status == 0:
        return _try_bios(computer)
    if "Permission denied" in last:
        return problem("you may not open /dev/kvm", "`sudo usermod -aG kvm,libvirt $USER`, then log in again")
    return problem(f"/dev/kvm is there, but a guest failed: {last}", f"see `dmesg` for what KVM says of it, {OTHER}")


def _try_bios(computer: Computer) -> Finding:
    """Return whether KVM also runs what each machine begins with: a few instructions that run say nothing of that."""
    answer = computer.run(*BIOS, seconds=GUEST_SECONDS)
    if answer.is_missing:
        # It has another name here, and the daemon knows it.
        return ok("a guest ran in real mode and in 64 bits, and its timer ticked")
    if answer.status == 0:
        return ok("a guest ran in real mode and in 64 bits, its timer ticked, and QEMU's BIOS came to its end")
    said = answer.output.strip().splitlines()
    how = (
        f"did not end within {GUEST_SECONDS:.0f} s"
        if answer.is_late
        else f"failed: {said[0] if said else answer.status}"
    )
    return problem(
        f"/dev/kvm runs a few instructions, but the BIOS of a machine {how}",
        f"switch nested virtualization on in the hypervisor around this computer, {OTHER}",
    )
