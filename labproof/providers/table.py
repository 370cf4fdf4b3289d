"""Which machines a run uses: an inventory, a provider that was asked for, or what is usable here."""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from labproof.ground.errors import ConfigError
from labproof.host import ownership

if TYPE_CHECKING:
    from labproof.providers.base import Provider

PROVIDERS = {
    "virtualbox": "labproof.providers.virtual",
    "libvirt": "labproof.providers.virtual",
    "lxc": "labproof.providers.embedded",
}
"""The module of every provider, the one that is preferred first: a module is imported by whoever uses it."""

NAMES = tuple(PROVIDERS)
INVENTORY = "inventory"
"""What stands in a result for machines that were there already."""


class ProviderModule(Protocol):
    """What the module of a provider offers."""

    def make(self, name: str) -> "Provider":
        """Return the provider of this name."""
        ...

    def is_usable(self, name: str) -> bool:
        """Tell whether this computer can run it."""
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
    name = choice.provider or _recorded() or usable()
    if name not in PROVIDERS:
        raise ConfigError([f"--provider: {name!r} is not a provider; choose one of {', '.join(NAMES)}"])
    return named(name)


def named(name: str) -> "Provider":
    """Return the provider of a name."""
    return _module(name).make(name)


def usable() -> str:
    """Return the first provider that this computer can run; the last one always counts as that."""
    return next((name for name in NAMES if _module(name).is_usable(name)), NAMES[-1])


def _module(name: str) -> ProviderModule:
    return cast(ProviderModule, import_module(PROVIDERS[name]))


def _recorded() -> str:
    record = ownership.current()
    return record.provider if record and record.is_ours else ""
