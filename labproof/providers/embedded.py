"""The embedded lab: two LXC containers through Vagrant, for computers without a hypervisor."""

import os
import shutil
import socket
from dataclasses import dataclass, field
from pathlib import Path

from labproof.connection.endpoint import Endpoint
from labproof.ground.errors import ConfigError, HostError, ProvisionError
from labproof.ground.places import Progress, cache_dir, given_bundle, state_dir
from labproof.ground.wait import Deadline, wait_until
from labproof.host import bridge, guard, ownership, packages, preflight, table
from labproof.host.ledger import Ledger
from labproof.host.ownership import LabRecord
from labproof.host.table import Row, Table
from labproof.providers import containers, description, milestones
from labproof.providers.containers import Container
from labproof.providers.grader_key import private_key, public_line
from labproof.providers.vagrant import Vagrant
from labproof.records.model import LabDescription
from labproof.rehearsal.bundle.manifest import Bundle
from labproof.rehearsal.given import place as given

ROOT_PASSWORD = "vagrant"
BOOT_SECONDS = 60.0
SSH_PORT = 22


def make(name: str) -> "EmbeddedLab":
    """Return the lab of containers."""
    return EmbeddedLab(name)


@dataclass
class EmbeddedLab:
    """Machines in containers on a sealed bridge of this computer."""

    name: str = "lxc"
    table: Table = field(default_factory=table.load)

    @property
    def profile(self) -> str:
        """Return the profile of the course: what the images of the lab's bundle are made for."""
        record = ownership.current()
        return given.profile(record.bundle if record else "")

    def up(self, progress: Progress) -> None:
        """Bring every machine up; machines that are up stay as they are.

        Raises ConfigError, before any machine is made, for a bundle that was given and does not make a lab here.
        """
        if given_bundle() and not self.table.has_bundle:
            raise ConfigError(["--bundle: no machine of this course gets files; leave it out"])
        packages.require_root()
        with ownership.one_at_a_time():
            self._vagrant({}).wait_for_earlier(progress)
            ownership.require_free(any(c.is_running for c in self._containers))
            if self._is_ready():
                self._require_same(progress)
                progress("the machines are up")
                return
            packages.ensure(packages.FOR_LXC, progress)
            preflight.check(self.table, preflight.look((cache_dir(), containers.HOME)))
            offline = self.offline(progress) if self.table.has_bundle else None
            self._remove_leftovers(progress)
            self._bring_up(offline, progress)

    def offline(self, progress: Progress) -> Bundle:
        """Return the bundle for the machines: one that is given, the one that they have, or the rehearsal's own.

        Raises HostError for one that is not the one that they have, ConfigError for one that makes no lab here.
        """
        # Whoever grades machines that are up builds nothing, and pays for no builder.
        from labproof.rehearsal.bundle.assemble import build
        from labproof.rehearsal.given.complete import complete

        have = self._made_with()
        if folder := given_bundle():
            offline = complete(folder, progress)
            if have and have != str(offline.directory):
                raise _other_bundle(have, folder)
            return offline
        return Bundle.load(Path(have)) if given.is_given(have) else build(progress)

    def down(self, progress: Progress) -> None:
        """Take every machine away and put back what was changed on this computer."""
        packages.require_root()
        with ownership.one_at_a_time():
            self._vagrant({}).wait_for_earlier(progress)
            progress("taking the machines away")
            containers.at_once(list(self._containers), "remove")
            for folder in (self._vagrant({}).state, milestones.folder(), staged_bundle()):
                shutil.rmtree(folder, ignore_errors=True)
            progress("putting this computer back as it was")
            guard.restore(Ledger())
            ownership.release()

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Return how the machines are reached, in the course's order. Raises ProvisionError when they are not up."""
        for container in self._containers:
            if not container.is_running:
                raise ProvisionError(f"expected {container.machine} to be up, found it down\n  try: labproof up")
        return tuple(self._endpoint(row) for row in self.table.machines)

    def require_network(self) -> None:
        """Raise HostError unless packets for the lab's addresses stay on the lab's own network."""
        bridge.require(self.table)

    def describe(self, profile: str) -> LabDescription:
        """Return what the lab is, for the header of a report."""
        return description.of_containers(self.name, profile, self.table, self._record())

    def reload(self, machine: str | None = None) -> None:
        """Restart one machine, or all of them, and wait until they let us in again."""
        chosen = [c for c in self._containers if machine in (None, c.machine)]
        containers.at_once(chosen, "stop")
        self._start(chosen)

    def save(self, milestone: str) -> None:
        """Save every machine as it is under a name; they pause for a moment."""
        milestones.save(milestone, self._record().identity, self._containers)

    def restore(self, milestone: str) -> None:
        """Bring every machine back to what was saved. Raises ResetError when that is not possible."""
        milestones.restore(milestone, self._record().identity, self._containers, self._start)

    def milestones(self) -> tuple[str, ...]:
        """Return the names that can be restored, oldest first."""
        record = ownership.current()
        return milestones.names(record.identity) if record else ()

    @property
    def _containers(self) -> tuple[Container, ...]:
        return tuple(Container(row.name) for row in self.table.machines)

    def _vagrant(self, settings: dict[str, str]) -> Vagrant:
        return Vagrant(state_dir() / "vagrant", state_dir() / "vagrant.log", settings)

    def _is_ready(self) -> bool:
        record = ownership.current()
        ours = record is not None and record.is_ours and record.provider == self.name
        return (
            ours
            and bridge.exists(self.table.bridge.name)
            and all(
                c.is_complete and c.is_running and _answers(str(row.address))
                for c, row in zip(self._containers, self.table.machines, strict=True)
            )
        )

    def _remove_leftovers(self, progress: Progress) -> None:
        """Keep machines of this checkout that are complete; the rest is of a killed run or of somebody else."""
        record = ownership.current()
        ours = record is not None and record.is_ours
        leftovers = [c for c in self._containers if c.exists and not (ours and c.is_complete)]
        if leftovers:
            progress(f"removing what an earlier run left: {', '.join(c.machine for c in leftovers)}")
            containers.at_once(leftovers, "remove")
        if not any(c.exists for c in self._containers):
            ownership.release()
            shutil.rmtree(milestones.folder(), ignore_errors=True)

    def _bring_up(self, offline: Bundle | None, progress: Progress) -> None:
        from labproof.rehearsal.box.build import ensure

        made = ensure(progress)
        if ownership.current() is None or not all(c.exists for c in self._containers):
            # A machine made anew makes another lab: results and milestones of the old pair are not of this one.
            ownership.claim(self.name, made.name, str(offline.directory) if offline else "")
        guard.prepare(self.table, Ledger())
        self.require_network()
        progress(f"bringing up {', '.join(self.table.names)}")
        settings = {
            "VAGRANT_HOME": str(made.vagrant_home),
            "LABPROOF_BOX": made.name,
            "LABPROOF_GRADER_KEY": public_line(),
        }
        if offline is not None:
            settings["LABPROOF_BUNDLE"] = str(stage(offline))
        self._vagrant(settings).up(self.name)
        for row in self.table.machines:
            _wait_for(row)

    def _made_with(self) -> str:
        """Return the folder of the bundle of machines that stay; nothing where they are made anew."""
        record = ownership.current()
        stay = record is not None and record.is_ours and all(c.is_complete for c in self._containers)
        return record.bundle if record is not None and stay else ""

    def _require_same(self, progress: Progress) -> None:
        """Raise HostError when machines that are up have other files than those that are given now."""
        if given_bundle() and self.table.has_bundle:
            self.offline(progress)

    def _start(self, chosen: list[Container]) -> None:
        containers.at_once(chosen, "start")
        self.require_network()
        names = {c.machine for c in chosen}
        for row in self.table.machines:
            if row.name in names:
                _wait_for(row)

    def _endpoint(self, row: Row) -> Endpoint:
        address = str(row.address)
        return Endpoint(row.name, address, address, SSH_PORT, "root", private_key(), ROOT_PASSWORD)

    def _record(self) -> LabRecord:
        record = ownership.current()
        if record is None:
            raise ProvisionError("expected a lab on this computer, found none\n  try: labproof up")
        return record


def staged_bundle() -> Path:
    """Return where master's container finds the bundle: it may not enter a home folder."""
    return state_dir() / "bundle"


def stage(offline: Bundle) -> Path:
    """Put the bundle where a container may read it, without a copy where the disk allows."""
    target = staged_bundle()
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True, mode=0o755)
    for path in offline.files:
        try:
            os.link(path, target / path.name)
        except OSError:
            # Another file system.
            shutil.copyfile(path, target / path.name)
    return target


def _other_bundle(have: str, wanted: Path) -> HostError:
    made_with = "other files" if given.is_given(have) else "the rehearsal's own files"
    return HostError(
        f"expected machines with the files that {wanted} has now, found a lab that was made with {made_with}\n"
        f"  try: labproof down first; with these files it is another lab"
    )


def _wait_for(row: Row) -> None:
    wait_until(lambda: _answers(str(row.address)), bool, Deadline(BOOT_SECONDS), f"SSH on {row.name}", every=0.2)


def _answers(address: str) -> bool:
    try:
        with socket.create_connection((address, SSH_PORT), timeout=2) as connection:
            connection.settimeout(2)
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False
