"""Reads where the parts of a bundle come from: every source is data."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from labproof.ground import settings
from labproof.ground.settings import Settings
from labproof.rehearsal.judging.references import normal

SHIPPED = Path(__file__).with_name("sources.toml")


class ManifestSource(Settings):
    """A manifest, and the addresses that have it, in the order in which they are tried."""

    name: str = Field(pattern=r"^[a-z0-9.-]+\.yaml$")
    urls: tuple[str, ...] = Field(min_length=1)
    sha256: str = Field("", pattern=r"^([0-9a-f]{64})?$")
    offline: bool = False


class RepositorySource(Settings):
    """A yum repository, the addresses that have it, and the key that its packages are signed with."""

    name: str = Field(pattern=r"^[a-z0-9-]+$")
    urls: tuple[str, ...] = Field(min_length=1)
    keys: tuple[str, ...] = Field(min_length=1)
    fingerprint: str = Field("", pattern=r"^([0-9A-F]{40})?$")
    signed_index: bool = False


class Sources(Settings):
    """Everything that a bundle is fetched from."""

    needs_gib: float = Field(8, ge=0)
    nginx: tuple[str, ...] = Field(min_length=1)
    manifests: tuple[ManifestSource, ...]
    mirrors: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    digests: dict[str, Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]] = Field(default_factory=dict)
    repositories: tuple[RepositorySource, ...] = ()
    plain_http: bool = False

    def places(self, image: str) -> tuple[str, ...]:
        """Return the full names under which an image is asked for, in order."""
        full = normal(image)
        fitting = [prefix for prefix in self.mirrors if full.startswith(prefix)]
        if not fitting:
            return (full,)
        prefix = max(fitting, key=len)
        return tuple(f"{instead}{full.removeprefix(prefix)}" for instead in self.mirrors[prefix])

    def digest(self, image: str) -> str:
        """Return the content sum that an image must have; nothing where any will do."""
        return {normal(name): digest for name, digest in self.digests.items()}.get(normal(image), "")


def load(path: Path | None) -> Sources:
    """Read a file of sources; without one, ours. Raises ConfigError."""
    return settings.load(path or SHIPPED, Sources)
