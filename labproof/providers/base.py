"""What is asked of whoever provides the machines."""

from typing import Protocol

from labproof.connection.endpoint import Endpoint
from labproof.ground.places import Progress
from labproof.records.model import LabDescription


class Provider(Protocol):
    """Brings the machines up and down, and keeps milestones of them."""

    name: str

    @property
    def profile(self) -> str:
        """Return the profile of the course that these machines run: handout, rehearsal or official."""
        ...

    def up(self, progress: Progress) -> None:
        """Bring every machine up; machines that are up stay as they are."""
        ...

    def down(self, progress: Progress) -> None:
        """Take every machine away and put back what was changed on this computer."""
        ...

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Return how the machines are reached, in the course's order. Raises ProvisionError when they are not up."""
        ...

    def require_network(self) -> None:
        """Raise HostError unless packets for the lab's addresses stay on the lab's own network."""
        ...

    def describe(self, profile: str) -> LabDescription:
        """Return what the lab is, for the header of a report."""
        ...

    def reload(self, machine: str | None = None) -> None:
        """Restart one machine, or all of them."""
        ...

    def save(self, milestone: str) -> None:
        """Save every machine as it is under a name."""
        ...

    def restore(self, milestone: str) -> None:
        """Bring every machine back to what was saved. Raises ResetError when that is not possible."""
        ...

    def milestones(self) -> tuple[str, ...]:
        """Return the names that can be restored, oldest first."""
        ...
