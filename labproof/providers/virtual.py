"""The lab of virtual machines: CentOS 7.6 through Vagrant with VirtualBox or libvirt."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from labproof.connection.endpoint import Endpoint
from labproof.ground.errors import HostError, ProvisionError, ResetError
from labproof.ground.places import Progress, cache_dir, state_dir
from labproof.host import ownership, table
from labproof.host.bridge import source_address
from labproof.host.command import succeeds
from labproof.host.ownership import LabRecord
from labproof.host.table import Table
from labproof.providers import description
from labproof.providers.grader_key import private_key, public_line
from labproof.providers.vagrant import Vagrant
from labproof.records.model import LabDescription
from labproof.rehearsal import bundle

SNAPSHOT_SECONDS = 600
_PROGRAMS = {"virtualbox": ["VBoxManage", "--version"], "libvirt": ["virsh", "-c", "qemu:///system", "version"]}
"""What each hypervisor answers when it is there."""

ROOT_PASSWORD = "vagrant"


def make(name: str) -> "VirtualLab":
    """Return the lab of a hypervisor."""
    return VirtualLab(name)


def is_usable(name: str) -> bool:
    """Tell whether this computer has the hypervisor, and Vagrant to use it with."""
    has_both = Path("/dev/kvm").exists() and shutil.which("vagrant") is not None
    return has_both and succeeds(_PROGRAMS[name], seconds=10)


@dataclass
class VirtualLab:
    """Machines of a hypervisor. `bundle_dir` is the bundle of the course; without it the rehearsal's is built."""

    name: str
    bundle_dir: Path | None = None
    profile: str = "handout"
    table: Table = field(default_factory=table.load)

    def up(self, progress: Progress) -> None:
        """Bring every machine up; machines that are up stay as they are."""
        with ownership.one_at_a_time():
            record = ownership.current()
            ownership.require_free(is_up=record is not None)
            offline = (self.bundle_dir or bundle.build(progress).directory) if self.table.has_bundle else Path()
            if record is None:
                ownership.claim(self.name, "centos/7 1811.02", str(offline))
            progress(f"bringing up {', '.join(self.table.names)} with {self.name}")
            self._vagrant(offline).up(self.name)

    def down(self, progress: Progress) -> None:
        """Take every machine away."""
        with ownership.one_at_a_time():
            progress("taking the machines away")
            self._vagrant(Path()).destroy()
            ownership.release()

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Return how the machines are reached, in the course's order. Raises ProvisionError when they are not up."""
        vagrant = self._vagrant(Path())
        return tuple(
            vagrant.endpoint(row.name, str(row.address), "root", private_key(), ROOT_PASSWORD)
            for row in self.table.machines
        )

    def require_network(self) -> None:
        """Raise HostError unless this computer has an address in the lab's network, as the hypervisor gives it."""
        for row in self.table.machines:
            source = source_address(str(row.address))
            if not source or source not in {str(host) for host in self.table.network.hosts()}:
                raise HostError(
                    f"expected {row.name} ({row.address}) on a network of {self.name} here, found that packets would "
                    f"leave from {source or 'nowhere'}\n  try: labproof up; nothing was sent"
                )

    def describe(self, profile: str) -> LabDescription:
        """Return what the lab is, for the header of a report."""
        record = self._record()
        return LabDescription(
            profile=profile,
            provider=self.name,
            box=record.box,
            identity=record.identity,
            machines=description.machines(self.table),
        )

    def reload(self, machine: str | None = None) -> None:
        """Restart one machine, or all of them."""
        self._vagrant(Path()).reload(machine)

    def save(self, milestone: str) -> None:
        """Save every machine as it is under a name."""
        vagrant = self._vagrant(Path())
        for name in self.table.names:
            vagrant.run("snapshot", "save", name, milestone, "--force", seconds=SNAPSHOT_SECONDS)

    def restore(self, milestone: str) -> None:
        """Bring every machine back to what was saved. Raises ResetError when that is not possible."""
        if milestone not in self.milestones():
            known = ", ".join(self.milestones()) or "none"
            raise ResetError(f"expected a milestone {milestone!r} of this lab, found none\n  milestones: {known}")
        vagrant = self._vagrant(Path())
        try:
            for name in self.table.names:
                vagrant.run("snapshot", "restore", name, milestone, "--no-provision", seconds=SNAPSHOT_SECONDS)
        except ProvisionError as problem:
            raise ResetError(f"restoring {milestone!r} did not end: {problem}") from problem

    def milestones(self) -> tuple[str, ...]:
        """Return the names that every machine can be restored to, oldest first."""
        vagrant = self._vagrant(Path())
        lists = [parse_snapshots(vagrant.run("snapshot", "list", n, seconds=120)) for n in self.table.names]
        return tuple(name for name in lists[0] if all(name in other for other in lists))

    def _vagrant(self, offline: Path) -> Vagrant:
        settings = {"LABPROOF_GRADER_KEY": public_line(), "VAGRANT_DEFAULT_PROVIDER": self.name}
        if offline != Path():
            settings["LABPROOF_BUNDLE"] = str(offline)
        return Vagrant(cache_dir() / "machines" / self.name, state_dir() / "vagrant.log", settings)

    def _record(self) -> LabRecord:
        record = ownership.current()
        if record is None:
            raise ProvisionError("expected a lab on this computer, found none\n  try: labproof up")
        return record


def parse_snapshots(listing: str) -> tuple[str, ...]:
    """Return the names in what `vagrant snapshot list MACHINE` prints, oldest first."""
    lines = (line.strip() for line in listing.splitlines())
    # Whatever has blanks in it is said to a person.
    return tuple(line for line in lines if line and " " not in line and not line.startswith("==>"))
