"""A computer out of a script, for the checks: what it has and what its programs say is written down beforehand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from labproof.host.computer import Answer


@dataclass
class FakeComputer:
    """A computer on which there is nothing but what it was told to have. `outputs` are by the whole command line."""

    system: str
    machine: str = "x86_64"
    home: Path = Path("/home/student")
    is_root: bool = False
    outputs: Mapping[str, str | Answer] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    free: int | None = 100_000
    guest: Answer = field(default_factory=lambda: Answer(None))
    unreachable: Mapping[str, str] = field(default_factory=dict)

    def run(self, *argv: str, seconds: float = 15) -> Answer:
        """Return what is written down for a program; one that nothing is written down for is not installed."""
        said = self.outputs.get(" ".join(argv))
        if said is None:
            return Answer(None)
        return said if isinstance(said, Answer) else Answer(0, said)

    def read(self, path: str) -> str | None:
        """Return the text of a file that it was told to have."""
        return self.files.get(path)

    def exists(self, path: str) -> bool:
        """Tell whether it was told to have a file, or one below a folder of this name."""
        return any(name == path or name.startswith(f"{path}/") for name in self.files)

    def variable(self, name: str) -> str:
        """Return a variable that it was told to have, or nothing."""
        return self.variables.get(name, "")

    def free_mib(self, folder: Path) -> int | None:
        """Return the space that it was told to have."""
        return self.free

    def try_guest(self) -> Answer:
        """Return how the guest ended by the script."""
        return self.guest

    def reaches(self, url: str) -> str:
        """Return why a page cannot be fetched by the script."""
        return self.unreachable.get(url, "")
