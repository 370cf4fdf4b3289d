"""This computer while virtual machines are proven on it: libvirt with the rehearsal's box, and all put back after."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from labproof.ground.errors import ConfigError, LabError
from labproof.ground.places import Progress
from labproof.ground.slowness import VARIABLE as SLOWNESS
from labproof.host import ownership, packages, sealed_network
from labproof.host.checks.kvm import DRIVER, EMULATED
from labproof.host.checks.libvirt import VIRSH
from labproof.host.command import succeeds
from labproof.host.libvirt_daemon import LibvirtDaemon, virsh
from labproof.host.table import Nat, Table
from labproof.providers.virtual import VirtualLab
from labproof.rehearsal import vm_box
from labproof.rehearsal.bundle import assemble
from labproof.rehearsal.bundle.manifest import Bundle
from labproof.rehearsal.vm_box import VmBox

UNHURRIED = (
    "mkdir -p /etc/sysconfig",
    "echo KUBELET_EXTRA_ARGS=--feature-gates=ExecProbeTimeout=false > /etc/sysconfig/kubelet",
    r"! test -f /root/calico.yaml || sed -i 's/^\( *\)periodSeconds: .*/\1periodSeconds: 30\n\1timeoutSeconds: 30/'"
    " /root/calico.yaml",
)
"""What a machine is told whose processor is emulated. kubelet waits one second for a probe's answer: a command in a Pod
takes longer there, so it is asked again before it has ended, until nothing else gets a turn, and an agent that is only
slow is killed. The feature gate is of Kubernetes 1.20."""

POOL = "default"
"""The storage pool in which vagrant-libvirt keeps disks; it makes it where there is none."""


@dataclass
class VirtualHost:
    """What virtual machines are given on this computer; `cpus` is how many processors each has, 0 for the table's.

    `slowness` multiplies every deadline on them.
    """

    table: Table
    cpus: int = 0
    driver: str = EMULATED
    slowness: float = 1.0
    lab: VirtualLab = field(default_factory=lambda: VirtualLab("libvirt"))
    _daemon: LibvirtDaemon = field(default_factory=LibvirtDaemon)
    _had_pool: bool = True

    def install(self, progress: Progress) -> None:
        """Install what this computer lacks. Raises HostError."""
        packages.require_root()
        packages.ensure(packages.FOR_LIBVIRT, progress)

    def start_daemon(self, progress: Progress) -> None:
        """Have libvirt's daemon answer. Raises HostError."""
        if self._daemon.start():
            progress("libvirt's daemon was started, and will be stopped")
        self._had_pool = POOL in virsh("pool-list", "--all", "--name").split()

    def make_network(self, progress: Progress) -> None:
        """Have the network for the machines' first cards, which leads nowhere. Raises HostError."""
        sealed_network.make(self._nat, self.table)
        progress(f"{self._nat.bridge}: {self._nat.address.network} on this computer alone")

    def settings(self, box: VmBox, offline: Bundle) -> Mapping[str, str]:
        """Return the variables with which machines of the rehearsal come up here."""
        said = {
            "LAB_PROFILE": "rehearsal",
            "VAGRANT_HOME": str(box.vagrant_home),
            "LABPROOF_VM_BOX": box.name,
            "LABPROOF_BUNDLE": str(offline.directory),
            "LABPROOF_VM_NAT": self._nat.bridge,
            DRIVER: self.driver,
            SLOWNESS: f"{self.slowness:g}",
        }
        return {**said, "LABPROOF_VM_CPUS": str(self.cpus)} if self.cpus else said

    def prepare(self, progress: Progress) -> None:
        """Build bundle and box where they are not there yet, and let Vagrant know of them. Raises LabError."""
        offline = assemble.build(progress)
        self.lab.bundle_dir = offline.directory
        os.environ.update(self.settings(vm_box.ensure(progress), offline))

    def take_down(self, progress: Progress) -> None:
        """Take machines away that are up, or that a killed run has left. Raises LabError."""
        record = ownership.current()
        if record is not None and record.is_ours and record.provider == self.lab.name:
            self.lab.down(progress)

    def put_back(self, progress: Progress) -> None:
        """Remove network and disks, and stop what was started. Raises HostError."""
        if not self._daemon.answers():
            return
        progress("putting this computer back as it was")
        sealed_network.remove(self._nat)
        for volume in _volumes():
            virsh("vol-delete", volume, "--pool", POOL)
        if not self._had_pool:
            # Its folder stays: it is the package's.
            succeeds([*VIRSH, "pool-destroy", POOL], seconds=60)
            succeeds([*VIRSH, "pool-undefine", POOL], seconds=60)
        self._daemon.stop()

    @property
    def _nat(self) -> Nat:
        if self.table.nat is None:
            raise ConfigError(
                ["vagrant/machines.json: nat: expected the address of the machines' first card, found none"]
            )
        return self.table.nat


def _volumes() -> list[str]:
    """Return the disks of our boxes in libvirt's pool."""
    try:
        listed = virsh("vol-list", "--pool", POOL)
    except LabError:
        return []
    names = [line.split()[0] for line in listed.splitlines() if line.strip()]
    return [name for name in names if Path(name).name.startswith(vm_box.PREFIX)]
