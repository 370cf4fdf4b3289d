"""Which machines a run uses."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from labproof.ground.errors import ConfigError
from labproof.host import ownership
from labproof.host.computer import Answer
from labproof.host.fake_computer import FakeComputer
from labproof.providers.table import choose, usable
from tests.host.computers import linux, macos, windows, without


@dataclass(frozen=True)
class MachineChoice:
    """What a command line asks for."""

    provider: str = ""
    inventory: Path | None = None


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A computer on which no lab is up."""
    monkeypatch.setenv("LABPROOF_STATE", str(tmp_path))


@pytest.mark.parametrize("name", ["lxc", "virtualbox", "libvirt"])
def test_a_provider_that_is_asked_for_is_taken(name: str) -> None:
    """The name decides, whatever is usable here."""
    assert choose(MachineChoice(provider=name)).name == name


def test_an_unknown_provider_is_an_error_that_names_the_known() -> None:
    """A misspelt name is answered with the names there are."""
    with pytest.raises(ConfigError, match="'vbox' is not a provider; choose one of virtualbox, libvirt, lxc"):
        choose(MachineChoice(provider="vbox"))


def test_an_inventory_comes_first(tmp_path: Path) -> None:
    """Machines that somebody names are taken before any that we could make."""
    path = tmp_path / "machines.toml"
    path.write_text('[master]\nhost = "a"\n[node]\nhost = "b"\n')
    assert choose(MachineChoice(inventory=path, provider="lxc")).name == "inventory"


def test_a_lab_that_is_up_is_taken_again() -> None:
    """Without a wish, the second run finds the machines of the first."""
    ownership.claim("virtualbox")
    assert choose(MachineChoice()).name == "virtualbox"


def test_a_rehearsal_says_that_it_is_one() -> None:
    """Containers rehearse the course, virtual machines run it."""
    assert choose(MachineChoice(provider="lxc")).profile == "rehearsal"
    assert choose(MachineChoice(provider="libvirt")).profile == "handout"


@pytest.mark.parametrize(
    ("computer", "name"),
    [
        (linux(), "virtualbox"),
        (without(linux(), "VBoxManage"), "libvirt"),
        (without(linux(guest=Answer(None, "real mode", is_late=True)), "VBoxManage"), "lxc"),
        (without(linux(), "VBoxManage", "virsh"), "lxc"),
        (without(linux(), "VBoxManage", files=("/dev/kvm",)), "lxc"),
        (windows(), "virtualbox"),
        (macos(), "virtualbox"),
    ],
)
def test_what_this_computer_can_run_is_chosen(computer: FakeComputer, name: str) -> None:
    """VirtualBox needs no /dev/kvm, and one that runs no guest does not make libvirt usable."""
    assert usable(computer) == name


@pytest.mark.parametrize("system", ["Windows", "Darwin"])
def test_containers_are_never_chosen_where_there_are_none(system: str) -> None:
    """A student with Windows is told what VirtualBox lacks, and nothing of apt-get."""
    assert usable(FakeComputer(system)) == "virtualbox"
