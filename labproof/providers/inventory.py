"""Machines that somebody already has: a TOML file says how each is reached over SSH."""

import hashlib
import socket
from dataclasses import dataclass
from pathlib import Path

from labproof.connection.endpoint import Endpoint
from labproof.ground.errors import ProvisionError, ResetError
from labproof.ground.fault import in_words
from labproof.ground.places import Progress
from labproof.providers import inventory_file
from labproof.providers.inventory_file import Inventory
from labproof.records.model import LabDescription

CONNECT_SECONDS = 5.0


@dataclass
class InventoryLab:
    """Machines that Labproof neither makes nor takes away."""

    inventory: Inventory
    source: Path
    name: str = "inventory"
    profile: str = "handout"

    @classmethod
    def read(cls, path: Path) -> "InventoryLab":
        """Read an inventory file. Raises ConfigError with everything that is wrong in it."""
        return cls(inventory_file.read(path), path)

    def up(self, progress: Progress) -> None:
        """Look whether every machine answers. Raises ProvisionError naming those that do not."""
        progress(f"looking for the machines of {self.source}")
        silent = [
            f"  {e.name}: expected SSH on {e.host} port {e.port}, found {problem}"
            for e in self.endpoints()
            # What is behind a jump host is looked for when it is connected to.
            if e.jump is None and (problem := _silence(e.host, e.port))
        ]
        if silent:
            raise ProvisionError(
                "\n".join(("a machine of the inventory does not answer", *silent))
                + f"\n  try: start it, or correct host and port in {self.source}"
            )

    def down(self, progress: Progress) -> None:
        """Leave the machines as they are: they are not ours."""
        progress(f"the machines of {self.source} are not Labproof's: they stay up")

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Return how the machines are reached, in the course's order."""
        return tuple(
            Endpoint(
                name,
                self.inventory.address(name),
                entry.host,
                entry.port,
                entry.user,
                entry.key.expanduser() if entry.key else None,
                entry.password,
                is_direct=bool(self.inventory.named_address(entry)) and entry.jump is None,
                jump=entry.way,
            )
            for name, entry in self.inventory.machines.items()
        )

    def require_network(self) -> None:
        """Trust the inventory: the way to its machines is its owner's business."""

    def describe(self, profile: str) -> LabDescription:
        """Return what the lab is, for the header of a report."""
        hosts = " ".join(entry.where for entry in self.inventory.machines.values())
        return LabDescription(
            profile=profile,
            provider=self.name,
            identity=hashlib.sha256(hosts.encode()).hexdigest()[:32],
            machines={
                e.name: {"address": e.address, "host": self.inventory.machines[e.name].where} for e in self.endpoints()
            },
        )

    def reload(self, machine: str | None = None) -> None:
        """Refuse: restarting other people's machines is theirs to do."""
        raise ProvisionError("machines of an inventory are not restarted by Labproof\n  try: restart them yourself")

    def save(self, milestone: str) -> None:
        """Refuse: there is nothing to save with."""
        raise ResetError(f"machines of an inventory have no milestones: {milestone!r} is not saved")

    def restore(self, milestone: str) -> None:
        """Refuse: there is nothing to restore."""
        raise ResetError(f"machines of an inventory have no milestones: {milestone!r} cannot be restored")

    def milestones(self) -> tuple[str, ...]:
        """Return none."""
        return ()


def _silence(host: str, port: int) -> str:
    """Return why a machine does not answer with SSH, or nothing when it does."""
    try:
        with socket.create_connection((host, port), timeout=CONNECT_SECONDS) as connection:
            connection.settimeout(CONNECT_SECONDS)
            return "" if connection.recv(4) == b"SSH-" else "something that does not speak SSH"
    except (OSError, UnicodeError) as problem:
        # A host that can be no name at all is a UnicodeError.
        return in_words(problem)
