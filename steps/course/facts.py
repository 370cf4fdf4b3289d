"""The course's own facts: versions, addresses, ports and names, as its settings files say."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path

from pydantic import Field

from labproof.ground import settings
from labproof.ground.errors import ConfigError
from labproof.ground.places import course_dir
from labproof.session.option_rules import PROFILES
from steps.course import values as course_values


class Profile(settings.Settings):
    """What differs between the course as its text has it and a rehearsal of it."""

    kubernetes: str
    image_archive: str
    nginx_image: str
    kuboard_image: str


class ClusterFacts(settings.Settings):
    """What the handout fixes for the cluster."""

    image_repository: str
    registry_mirror: str
    service_cidr: str
    pod_cidr: str
    images: tuple[str, ...]
    other_images: tuple[str, ...]
    worker_images: tuple[str, ...]
    # The API server gives out these ports to Services of type NodePort, unless it is told otherwise:
    # https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport
    dashboard_port: int = Field(ge=30000, le=32767)
    kuboard_port: int = Field(ge=30000, le=32767)


class _CourseFile(settings.Settings):
    handout: Profile
    rehearsal: Profile
    official: Profile
    cluster: ClusterFacts


@dataclass(frozen=True)
class Course:
    """One profile of the course."""

    profile_name: str
    profile: Profile
    cluster: ClusterFacts

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
    """Read `exercises/course.toml`. Raises ConfigError for a profile that it does not have, and for wrong values."""
    path = (folder or course_dir() / "exercises") / "course.toml"
    read = settings.load(path, _CourseFile)
    if wrong := [f"{path}: {problem}" for problem in _problems(read)]:
        raise ConfigError(wrong)
    if profile not in PROFILES:
        raise ConfigError([f"--profile: {profile!r} is not in {path}; choose {' or '.join(PROFILES)}"])
    return Course(profile, getattr(read, profile), read.cluster)


def problems(network: IPv4Network, folder: Path | None = None) -> list[str]:
    """Return everything that is wrong in `exercises/course.toml`; `network` is the lab's own."""
    path = (folder or course_dir() / "exercises") / "course.toml"
    try:
        read = settings.load(path, _CourseFile)
    except ConfigError as refused:
        return refused.problems
    return [f"{path}: {problem}" for problem in _problems(read, network)]


def _problems(read: _CourseFile, network: IPv4Network | None = None) -> Iterator[str]:
    for name in PROFILES:
        profile: Profile = getattr(read, name)
        yield from course_values.version(f"{name}.kubernetes", profile.kubernetes)
        yield from course_values.file_name(f"{name}.image_archive", profile.image_archive)
        yield from course_values.image(f"{name}.nginx_image", profile.nginx_image)
        yield from course_values.image(f"{name}.kuboard_image", profile.kuboard_image)
    cluster = read.cluster
    yield from course_values.image("cluster.image_repository", cluster.image_repository, has_tag=False)
    yield from course_values.address("cluster.registry_mirror", cluster.registry_mirror)
    yield from course_values.images("cluster.images", cluster.images, has_tag=False)
    yield from course_values.images("cluster.other_images", cluster.other_images, has_tag=True)
    yield from course_values.images("cluster.worker_images", cluster.worker_images)
    ranges = {"cluster.service_cidr": cluster.service_cidr, "cluster.pod_cidr": cluster.pod_cidr}
    yield from course_values.ranges(ranges, network)
    if cluster.dashboard_port == cluster.kuboard_port:
        yield f"cluster.kuboard_port: {cluster.kuboard_port} is the dashboard's port too; choose another"
