"""Which machines a run uses: an inventory, a provider that was asked for, or what is usable here."""

import shutil
from pathlib import Path
from typing import Protocol

from labproof.ground.errors import ConfigError
from labproof.host import ownership
from labproof.host.command import succeeds
from labproof.providers.base import Provider
from labproof.providers.embedded import EmbeddedLab
from labproof.providers.inventory import InventoryLab
from labproof.providers.virtual import VirtualLab

EMBEDDED = "lxc"
VIRTUAL = ("virtualbox", "libvirt")
NAMES = (*VIRTUAL, EMBEDDED)


class Wishes(Protocol):
    """What was asked for on the command line."""

    @property
    def provider(self) -> str:
        """The name of a provider, or nothing."""
        ...

    @property
    def inventory(self) -> Path | None:
        """An inventory file, or none."""
        ...


def choose(wishes: Wishes) -> Provider:
    """Return the provider that was asked for, or else the one whose lab is up, or else what is usable here."""
    if wishes.inventory:
        return InventoryLab.read(wishes.inventory)
    name = wishes.provider or _recorded() or usable()
    if name not in NAMES:
        raise ConfigError([f"--provider: {name!r} is not a provider; choose one of {', '.join(NAMES)}"])
    return named(name)


def named(name: str) -> Provider:
    """Return the provider of a name."""
    return EmbeddedLab() if name == EMBEDDED else VirtualLab(name)


def usable() -> str:
    """Return the first provider that this computer can run: a hypervisor where there is one, otherwise containers."""
    if not Path("/dev/kvm").exists() or shutil.which("vagrant") is None:
        return EMBEDDED
    if shutil.which("VBoxManage"):
        return "virtualbox"
    if succeeds(["virsh", "-c", "qemu:///system", "version"], seconds=10):
        return "libvirt"
    return EMBEDDED


def _recorded() -> str:
    record = ownership.current()
    return record.provider if record and record.is_ours else ""
