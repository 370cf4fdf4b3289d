"""What the course asks of a bundle: the versions stand in exercises/course.toml, the rest is the handout's text."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from labproof.ground import settings
from labproof.ground.errors import ConfigError
from labproof.ground.settings import Settings

HANDOUT, REHEARSAL, OFFICIAL = "handout", "rehearsal", "official"
"""The course as its text has it; on container machines with their own bundle; there, with the official images."""

REPOSITORY = "k8s-docker.tar.gz"
FOLDER = "k8s-docker"
CALICO, DASHBOARD, KUBOARD, KUBOARD_IMAGES = "calico.yaml", "recommended.yaml", "kuboard.yaml", "kuboard.tar"
STAND_INS_END = "-stand-in"
"""How the names of images of ours end."""

DOCKER = "20.10"
PACKAGES = ("yum-utils", "device-mapper-persistent-data", "lvm2", "docker-ce", "docker-ce-cli", "containerd.io")
KUBERNETES_PACKAGES = ("kubelet", "kubeadm", "kubectl")
NOT_ON_CENTOS = (
    *("container-selinux", "docker-ce-rootless-extras", "docker-scan-plugin", "fuse-overlayfs", "slirp4netns"),
    *("socat", "conntrack", "conntrack-tools", "kubernetes-cni", "cri-tools"),
)
"""What the packages need and a minimal CentOS 7.6 has not."""

CALICO_RANGE = ((3, 18), (3, 21))
"""Releases that were tested with Kubernetes 1.20, first and last: requirements.md of projectcalico/calico at each."""

DASHBOARD_RANGE = ((2, 0), (2, 4))
"""Releases whose line 42 is where the handout inserts, and that work with 1.20: kubernetes/dashboard at each tag."""

TOO_NEW = {
    "policy/v1": "1.21",
    "batch/v1 CronJob": "1.21",
    "discovery.k8s.io/v1": "1.21",
    "autoscaling/v2": "1.23",
    "flowcontrol.apiserver.k8s.io/v1beta2": "1.23",
}
"""Since which Kubernetes an API is served: https://kubernetes.io/docs/reference/using-api/deprecation-guide/."""

TOO_OLD = ("extensions/v1beta1 Deployment", "extensions/v1beta1 DaemonSet", "apps/v1beta1", "apps/v1beta2")
"""What 1.16 took away; the same page."""


class _Edition(Settings, extra="ignore"):
    kubernetes: str
    image_archive: str
    nginx_image: str
    kuboard_image: str


class _Cluster(Settings, extra="ignore"):
    image_repository: str
    pod_cidr: str
    images: tuple[str, ...]
    other_images: tuple[str, ...]
    kuboard_port: int


class _Course(Settings, extra="ignore"):
    handout: _Edition
    rehearsal: _Edition
    official: _Edition | None = None
    cluster: _Cluster


class Packages(StrEnum):
    """What a bundle's packages are to whoever judges it."""

    NEEDED = "needed"
    WELCOME = "welcome"
    """They may be left out; those that are there must be right."""

    REPLACED = "replaced"
    """Others take their place, and they are not looked at."""


@dataclass(frozen=True)
class Expected:
    """What one edition of the course asks for."""

    edition: str
    kubernetes: str
    image_archive: str
    images: tuple[str, ...]
    nginx: str
    kuboard: str
    pod_cidr: str
    kuboard_port: int
    packages: Packages = Packages.NEEDED

    @property
    def files(self) -> tuple[str, ...]:
        """Return the files that the handout names, as far as the bundle must have them."""
        packed = (REPOSITORY,) if self.packages is Packages.NEEDED else ()
        return (*packed, self.image_archive, CALICO, DASHBOARD, KUBOARD_IMAGES, KUBOARD)

    @property
    def has_stand_ins(self) -> bool:
        """Tell whether parts may be stand-ins of Labproof's."""
        return self.edition == REHEARSAL


def load(course: Path, edition: str) -> Expected:
    """Return what this edition asks for. Raises ConfigError when the course's settings do not say it."""
    path = course / "exercises" / "course.toml"
    read = settings.load(path, _Course)
    one: _Edition | None = getattr(read, edition)
    if one is None:
        raise ConfigError([f"{path}: expected [{edition}] with the images of such a bundle, found none; add it"])
    own = [f"{name}:v{one.kubernetes}" for name in read.cluster.images]
    images = tuple(f"{read.cluster.image_repository}/{name}" for name in (*own, *read.cluster.other_images))
    # The official images are fetched where no machine can resolve packages.
    packages = Packages.WELCOME if edition == OFFICIAL else Packages.NEEDED
    return Expected(
        edition, one.kubernetes, one.image_archive, images, one.nginx_image, one.kuboard_image,
        read.cluster.pod_cidr, read.cluster.kuboard_port, packages,
    )  # fmt: skip
