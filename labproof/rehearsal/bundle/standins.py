"""Which stand-in images and manifests the rehearsal bundle carries, and what each is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from labproof.ground.places import engine_dir

SOURCE = engine_dir() / "standins"
"""Where the programs are: they run in the images and import nothing of the engine."""

INSIDE = "/opt/standin"
SUFFIXES = frozenset({".py", ".html", ".js", ".css", ".svg", ".conf"})


@dataclass(frozen=True)
class StandInImage:
    """An image of ours: its full reference, what it stands in for and what goes into it."""

    name: str
    stands_in_for: str
    packages: tuple[str, ...]
    files: Mapping[str, Path]
    entrypoint: tuple[str, ...]
    programs: Mapping[str, str] = field(default_factory=dict)
    """Target path and name of each program that is compiled for the image."""


def _files(folder: str | None) -> Mapping[str, Path]:
    """Map container path to source for the starter, the shared modules and one stand-in's folder."""
    starter = SOURCE / "__main__.py"
    own = [] if folder is None else (SOURCE / folder).rglob("*")
    sources = [path for path in (*SOURCE.glob("*.py"), *own) if path.suffix in SUFFIXES]
    # "python3 FOLDER" runs FOLDER/__main__.py and imports from FOLDER.
    package = {f"{INSIDE}/standins/{path.relative_to(SOURCE)}": path for path in sorted(sources) if path != starter}
    return {f"{INSIDE}/__main__.py": starter, **package}


def _image(name: str, stands_in_for: str, role: str, folder: str | None, *packages: str) -> StandInImage:
    """Describe an image that starts one role of the stand-ins."""
    entrypoint = ("/usr/bin/python3", "-E", "-s", INSIDE, role)
    return StandInImage(name, stands_in_for, ("python3", *packages), _files(folder), entrypoint)


IMAGES: tuple[StandInImage, ...] = (
    _image(
        "registry.aliyuncs.com/google_containers/coredns:1.7.0",
        "CoreDNS 1.7.0", "dns", "dns", "python3-dnslib",
    ),
    replace(
        _image(
            "labproof/calico-cni-stand-in:v1",
            "Calico's CNI plugins", "install-cni", "calico",
        ),
        programs={f"{INSIDE}/bin/calico": "calico"},
    ),
    _image(
        "labproof/calico-flexvol-stand-in:v1",
        "Calico's pod2daemon-flexvol", "flexvol-driver", "calico",
    ),
    _image(
        "labproof/calico-node-stand-in:v1",
        "Calico's node agent", "calico-node", "calico", "python3-yaml", "iproute2", "iptables",
    ),
    _image(
        "labproof/calico-kube-controllers-stand-in:v1",
        "Calico's kube-controllers", "calico-kube-controllers", "calico", "python3-yaml",
    ),
    _image(
        "labproof/dashboard-stand-in:v1",
        "Kubernetes Dashboard", "dashboard", "dashboard", "python3-cryptography", "python3-yaml",
    ),
    _image(
        "labproof/metrics-scraper-stand-in:v1",
        "Kubernetes Dashboard's metrics scraper", "metrics-scraper", None,
    ),
    _image(
        "labproof/kuboard-stand-in:v1",
        "Kuboard 2", "kuboard", "kuboard", "nginx",
    ),
)  # fmt: skip
"""Every stand-in image; kuboard's goes into kuboard.tar, the others into the image tar."""

PROGRAMS: Mapping[str, Path] = {"calico": SOURCE / "calico" / "plugin" / "main.go"}
"""Every program that is compiled for an image, and its source."""

MANIFESTS: Mapping[str, Path] = {
    name: SOURCE / "manifests" / name for name in ("calico.yaml", "recommended.yaml", "kuboard.yaml")
}
"""File name in the bundle, and the source in the checkout."""
