"""The rehearsal box for virtual machines: Debian on a disk of its own, as a stock box is, for vagrant-libvirt."""

from labproof.rehearsal.vm_box.build import PREFIX, VmBox, ensure

__all__ = ["PREFIX", "VmBox", "ensure"]
