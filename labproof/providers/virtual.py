"""The lab of virtual machines: CentOS 7.6 through Vagrant with VirtualBox or libvirt."""

from dataclasses import dataclass, field
from pathlib import Path

from labproof.connection.endpoint import Endpoint
from labproof.ground.errors import HostError, ProvisionError
from labproof.ground.places import Progress, given_bundle, state_dir
from labproof.ground.slowness import stretched
from labproof.host import doctor, ownership, table
from labproof.host.bridge import source_address
from labproof.host.checks.finding import State
from labproof.host.computer import ThisComputer
from labproof.host.ownership import LabRecord
from labproof.host.table import Table
from labproof.providers import description, given_files, saved_order, snapshots, wishes
from labproof.providers.grader_key import private_key, public_line
from labproof.providers.vagrant import Vagrant
from labproof.records.model import LabDescription

ROOT_PASSWORD = "vagrant"
LAST_GIVEN = "test -s /etc/ssh/grader_keys"
SSH_SECONDS = 120.0
PROVISION_SECONDS = 3600.0


def make(name: str) -> "VirtualLab":
    """Return the lab of a hypervisor."""
    return VirtualLab(name)


@dataclass
class VirtualLab:
    """Machines of a hypervisor. `bundle_dir` holds the handout's files; without it the machines are given none."""

    name: str
    bundle_dir: Path | None = field(default_factory=given_bundle)
    profile: str = "handout"
    table: Table = field(default_factory=table.load)

    def up(self, progress: Progress) -> None:
        """Bring every machine up; machines that are up stay as they are.

        Raises HostError where a lab is there that was made with other files than those that are given now, or by
        another provider.
        """
        with ownership.one_at_a_time():
            record = ownership.current()
            ownership.require_free(is_up=record is not None)
            is_there = record is not None
            if record is not None:
                self._keep_to(record)
            if is_there and self._is_up() and not self._incomplete():
                progress("the machines are up")
                return
            self._examine(progress)
            if record is None:
                box = wishes.box(self.table.box, self.name)
                files = given_files.digest(self.bundle_dir)
                ownership.claim(self.name, f"{box.name} {box.version}".strip(), str(self.bundle_dir or ""), files)
            progress(f"bringing up {', '.join(self.table.names)} with {self.name}")
            self._vagrant().up(self.name)
            for name in self._incomplete() if is_there else ():
                # Vagrant takes what a killed run has begun for done.
                self._vagrant().run("provision", name, seconds=stretched(PROVISION_SECONDS))

    def down(self, progress: Progress) -> None:
        """Take every machine away."""
        with ownership.one_at_a_time():
            progress("taking the machines away")
            self._vagrant().destroy()
            ownership.release()

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Return how the machines are reached, in the course's order. Raises ProvisionError when they are not up."""
        vagrant = self._vagrant()
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
        return description.of_virtual(self.name, profile, self.table, self._record())

    def reload(self, machine: str | None = None) -> None:
        """Restart one machine, or all of them."""
        self._vagrant().reload(machine)

    def save(self, milestone: str) -> None:
        """Save every machine as it is under a name; they stand still together for the time that it takes."""
        snapshots.save(self._vagrant(), self.table.machines, milestone)
        saved_order.note(self._record().identity, milestone)

    def restore(self, milestone: str) -> None:
        """Bring every machine back to what was saved. Raises ResetError when that is not possible."""
        snapshots.restore(self._vagrant(), self.table.machines, milestone)

    def milestones(self) -> tuple[str, ...]:
        """Return the names that every machine can be restored to, oldest first."""
        known = snapshots.names(self._vagrant(), self.table.machines)
        record = ownership.current()
        return saved_order.oldest_first(record.identity, known) if record else known

    def _keep_to(self, record: LabRecord) -> None:
        """Take the files of the lab that is there; raise HostError where it is not the one that is asked for."""
        if record.provider != self.name:
            raise HostError(
                f"expected no lab or one of {self.name} on this computer, found one of {record.provider}, since"
                f" {record.since}\n  try: labproof down first; it takes that lab away"
            )
        given_files.require_same(record, self.bundle_dir)
        if record.bundle and Path(record.bundle).is_dir():
            # A copy may be given: the machines were made with these.
            self.bundle_dir = Path(record.bundle)

    def _is_up(self) -> bool:
        return set(self._vagrant().states().values()) == {"running"}

    def _incomplete(self) -> list[str]:
        """Return the machines that lack what they are given: the grader's key is the last of it."""
        return [row.name for row in self.table.machines if not self._has_all(row.name)]

    def _has_all(self, machine: str) -> bool:
        try:
            self._vagrant().run("ssh", machine, "-c", LAST_GIVEN, seconds=stretched(SSH_SECONDS))
        except ProvisionError:
            return False
        return True

    def _examine(self, progress: Progress) -> None:
        """Raise HostError with everything that keeps the machines from coming up; tell what may spoil them."""
        examination = doctor.examine(ThisComputer(), wishes.wish(self.name))
        examination.require()
        for name, finding in examination.findings.items():
            if finding.state is State.WARNING:
                progress(f"{name}: {finding.found}; try: {finding.fix}")

    def _vagrant(self) -> Vagrant:
        box = wishes.box(self.table.box, self.name)
        settings = {
            "LABPROOF_GRADER_KEY": public_line(),
            "VAGRANT_DEFAULT_PROVIDER": self.name,
            "LABPROOF_VM_BOX": box.name,
            "LABPROOF_VM_BOX_VERSION": box.version,
            "LABPROOF_VM_BOX_URL": "\n".join(box.urls),
            "LABPROOF_BUNDLE": str(self.bundle_dir or ""),
        }
        return Vagrant(wishes.machines_dir(self.name), state_dir() / "vagrant.log", settings)

    def _record(self) -> LabRecord:
        record = ownership.current()
        if record is None:
            raise ProvisionError("expected a lab on this computer, found none\n  try: labproof up")
        return record
