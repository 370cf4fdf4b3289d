"""Examines this computer for a provider: every check that it has, and whether the machines can come up."""

from collections.abc import Mapping
from dataclasses import dataclass

from labproof.ground.errors import HostError, LabError
from labproof.host.checks import (
    address_range,
    box,
    bundle,
    containers,
    disk,
    folders,
    kvm,
    kvm_in_the_way,
    libvirt,
    memory,
    names,
    network,
    processor,
    vagrant,
    virtualbox,
    windows_hypervisor,
)
from labproof.host.checks.finding import Check, Finding, State, Wish, problem, unknown
from labproof.host.computer import Computer

ESSENTIAL: dict[str, dict[str, Check]] = {
    "virtualbox": {"processor": processor.check, "VirtualBox": virtualbox.check, "Vagrant": vagrant.check},
    "libvirt": {
        "libvirt": libvirt.check,
        "KVM": kvm.check,
        "Vagrant": vagrant.check,
        "vagrant-libvirt": libvirt.check_plugin,
    },
    "lxc": {"containers": containers.check, "packages": containers.check_installer},
}
"""What has to be there before a provider is chosen at all, by what is told of it."""

FURTHER: dict[str, dict[str, Check]] = {
    "virtualbox": {
        "Windows' hypervisor": windows_hypervisor.check,
        "KVM in the way": kvm_in_the_way.check,
        "allowed addresses": address_range.check,
        "addresses": network.check,
        "names": names.check,
        "memory": memory.check,
        "disk": disk.check,
        "folders": folders.check,
        "box": box.check,
        "bundle": bundle.check,
    },
    "libvirt": {
        "addresses": network.check,
        "names": names.check,
        "network": names.check_network,
        "memory": memory.check,
        "disk": disk.check,
        "box": box.check,
        "bundle": bundle.check,
    },
    "lxc": {"bundle": bundle.check_content},
}
"""What else the machines need, in the order in which they would fail for want of it."""

OF_ONE_SYSTEM = {"Windows' hypervisor": "Windows", "KVM in the way": "Linux"}
"""Checks that mean nothing on other systems, where they are left out."""


_SHOWN = 200
"""Characters of a fault of our own that are told at most."""


@dataclass(frozen=True)
class Examination:
    """What was found of a provider, by the name of the check."""

    provider: str
    findings: Mapping[str, Finding]

    @property
    def can_run(self) -> bool:
        """Tell whether nothing keeps the machines from coming up."""
        return not self.problems

    @property
    def problems(self) -> dict[str, Finding]:
        """Return what keeps the machines from coming up."""
        return {name: finding for name, finding in self.findings.items() if finding.state is State.PROBLEM}

    def require(self) -> None:
        """Raise HostError with every problem and its fix, where there is any."""
        if self.problems:
            told = [f"- {name}: {finding.found}\n  try: {finding.fix}" for name, finding in self.problems.items()]
            raise HostError("\n".join((f"this computer cannot run the machines with {self.provider}:", *told)))


def essential(computer: Computer, wish: Wish) -> Examination:
    """Look only whether a provider can be chosen on this computer."""
    return Examination(wish.provider, _findings(ESSENTIAL[wish.provider], computer, wish))


def can_be_chosen(computer: Computer, wish: Wish) -> bool:
    """Tell whether a provider has what it cannot do without; what is missing first ends the looking."""
    return all(_made(check, computer, wish).state is not State.PROBLEM for check in ESSENTIAL[wish.provider].values())


def examine(computer: Computer, wish: Wish) -> Examination:
    """Make every check of a provider."""
    checks = {**ESSENTIAL[wish.provider], **FURTHER[wish.provider]}
    return Examination(wish.provider, _findings(checks, computer, wish))


def _findings(checks: Mapping[str, Check], computer: Computer, wish: Wish) -> dict[str, Finding]:
    meant = {name for name in checks if OF_ONE_SYSTEM.get(name, computer.system) == computer.system}
    return {name: _made(check, computer, wish) for name, check in checks.items() if name in meant}


def _made(check: Check, computer: Computer, wish: Wish) -> Finding:
    """Make a check; one that a strange answer of a program breaks has seen nothing, and the others go on."""
    try:
        return check(computer, wish)
    except LabError as said:
        return problem(" ".join(str(said).split()), "see there")
    except Exception as fault:
        return unknown(
            f"the check itself failed: {type(fault).__name__}: {' '.join(str(fault).split())[:_SHOWN]}",
            "look at this yourself, and tell whoever maintains Labproof",
        )
