"""The course's own facts: versions, addresses, ports and names, as its settings files say."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from labproof import settings
from labproof.errors import ConfigError
from labproof.places import course_dir

PROFILES = ("handout", "rehearsal")


class Profile(settings.Settings):
    """What differs between the course as its text has it and a rehearsal of it."""

    kubernetes: str
    image_archive: str
    nginx_image: str
    kuboard_image: str


class Cluster(settings.Settings):
    """What the handout fixes for the cluster."""

    image_repository: str
    registry_mirror: str
    service_cidr: str
    pod_cidr: str
    images: tuple[str, ...]
    other_images: tuple[str, ...]
    worker_images: tuple[str, ...]
    dashboard_port: int = Field(ge=1, le=65535)
    kuboard_port: int = Field(ge=1, le=65535)


class _CourseFile(settings.Settings):
    handout: Profile
    rehearsal: Profile
    cluster: Cluster


@dataclass(frozen=True)
class Course:
    """One profile of the course."""

    profile_name: str
    profile: Profile
    cluster: Cluster

    @property
    def kubernetes(self) -> str:
        """Return the version of Kubernetes without a leading v."""
        return self.profile.kubernetes

    @property
    def images(self) -> tuple[str, ...]:
        """Return the full names of the images that master needs."""
        versioned = tuple(f"{name}:v{self.kubernetes}" for name in self.cluster.images)
        return tuple(f"{self.cluster.image_repository}/{name}" for name in (*versioned, *self.cluster.other_images))

    @property
    def worker_images(self) -> tuple[str, ...]:
        """Return the full names of the images that a worker needs."""
        names = (name if ":" in name else f"{name}:v{self.kubernetes}" for name in self.cluster.worker_images)
        return tuple(f"{self.cluster.image_repository}/{name}" for name in names)


def load(profile: str, folder: Path | None = None) -> Course:
    """Read `exercises/course.toml`. Raises ConfigError for a profile that it does not have."""
    path = (folder or course_dir() / "exercises") / "course.toml"
    read = settings.load(path, _CourseFile)
    if profile not in PROFILES:
        raise ConfigError([f"--profile: {profile!r} is not in {path}; choose handout or rehearsal"])
    return Course(profile, getattr(read, profile), read.cluster)
