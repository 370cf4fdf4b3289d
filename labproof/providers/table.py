"""Which machines a run uses: an inventory, a provider that was asked for, or what is usable here."""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from labproof.ground.errors import ConfigError
from labproof.host import ownership

if TYPE_CHECKING:
    from labproof.host.computer import Computer
    from labproof.providers.base import Provider

PROVIDERS = {
    "virtualbox": "labproof.providers.virtual",
    "libvirt": "labproof.providers.virtual",
    "lxc": "labproof.providers.embedded",
}
"""The module of every provider, the one that is preferred first: a module is imported by whoever uses it."""

NAMES = tuple(PROVIDERS)
LINUX_LAST = "lxc"
"""What a Linux without a hypervisor can still run."""

INVENTORY = "inventory"
"""What stands in a result for machines that were there already."""


class ProviderModule(Protocol):
    """What the module of a provider offers."""

    def make(self, name: str) -> "Provider":
        """Return the provider of this name."""
        ...


class Choice(Protocol):
    """Which machines were asked for on the command line."""

    @property
    def provider(self) -> str:
        """The name of a provider, or nothing."""
        ...

    @property
    def inventory(self) -> Path | None:
        """An inventory file, or none."""
        ...


def choose(choice: Choice) -> "Provider":
    """Return the provider that was asked for, or else the one whose lab is up, or else what is usable here."""
    if choice.inventory:
        from labproof.providers.inventory import InventoryLab

        return InventoryLab.read(choice.inventory)
    name = choice.provider or recorded() or _usable_here()
    if name not in PROVIDERS:
        raise ConfigError([f"--provider: {name!r} is not a provider; choose one of {', '.join(NAMES)}"])
    return named(name)


def named(name: str) -> "Provider":
    """Return the provider of a name."""
    return _module(name).make(name)


def usable(computer: "Computer") -> str:
    """Return the first provider that a computer can run, or the one that says best what is missing there.

    Only what a provider cannot do without is looked at: too little memory is told, and no reason for another lab.
    """
    from labproof.host import doctor
    from labproof.providers import wishes

    for name in NAMES:
        if doctor.can_be_chosen(computer, wishes.wish(name)):
            return name
    return LINUX_LAST if computer.system == "Linux" else NAMES[0]


def _usable_here() -> str:
    # Most commands have a lab that is up, or are told which: they need not import what looks at the computer.
    from labproof.host.computer import ThisComputer

    return usable(ThisComputer())


def _module(name: str) -> ProviderModule:
    return cast(ProviderModule, import_module(PROVIDERS[name]))


def recorded() -> str:
    """Return the provider of the lab of this checkout that is up, or nothing."""
    record = ownership.current()
    return record.provider if record and record.is_ours else ""
