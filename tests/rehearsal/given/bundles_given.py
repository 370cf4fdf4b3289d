"""Bundles of a few kilobytes as somebody gives them to container machines, and the rehearsal's own beside them."""

import json
from collections.abc import Mapping
from pathlib import Path

from labproof.ground.places import cache_dir
from labproof.rehearsal.bundle.assemble import whole_part
from tests.rehearsal.judging.small_bundle import (
    CALICO,
    DASHBOARD,
    IMAGES,
    KUBOARD,
    PACKAGES,
    REGISTRY,
    Recipe,
    seal,
    write_images,
    write_repository,
)

ARCHIVE = "k8s-images-v1.20.2.tar.gz"
REPOSITORY = "k8s-docker.tar.gz"
OFFICIAL = tuple(name.replace("v1.20.4", "v1.20.2") for name in IMAGES)
FITTING = {name: version.replace("1.20.4", "1.20.2") for name, version in PACKAGES.items()}
OF_CENTOS = {"docker-ce": ["libc.so.6(GLIBC_2.17)(64bit)", "container-selinux"], "kubelet": ["socat", "rpmlib(x)"]}
CLUSTER_DNS = f"{REGISTRY}/coredns:1.7.0"


def images_only(
    folder: Path, names: tuple[str, ...] = OFFICIAL, stand_ins: Mapping[str, str] | None = None, **manifests: str
) -> Path:
    """Write what `bundle fetch --images-only` makes, and return its folder."""
    folder.mkdir(parents=True)
    texts = {"calico": CALICO, "recommended": DASHBOARD, "kuboard": KUBOARD, **manifests}
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text)
    write_images(folder / ARCHIVE, names, stand_ins=stand_ins)
    write_images(folder / "kuboard.tar", ["eipwork/kuboard:latest"], stand_ins=stand_ins)
    seal(folder, "official")
    return folder


def handout(folder: Path) -> Path:
    """Write the handout's bundle, with packages for CentOS, and return its folder."""
    return Recipe(requires=OF_CENTOS).write(folder)


def rehearsal(folder: Path) -> Path:
    """Write a bundle of the rehearsal's own kind, and return its folder."""
    images_only(
        folder,
        (*(name for name in OFFICIAL if name != "nginx:1.20"), "nginx:1.22"),
        {CLUSTER_DNS: "CoreDNS 1.7.0"},
        kuboard=KUBOARD.replace("eipwork/kuboard:latest", "labproof/kuboard-stand-in:v1"),
    )
    write_images(folder / "kuboard.tar", ["labproof/kuboard-stand-in:v1"])
    write_repository(folder / REPOSITORY, FITTING, {"docker-ce": ["docker-ce-cli", "/bin/sh"]})
    seal(folder, "rehearsal")
    return folder


def build_own() -> Path:
    """Put a bundle where the rehearsal's own stands when it is built, and return its folder."""
    folder = rehearsal(cache_dir() / "bundle" / whole_part().key)
    path = folder / "manifest.json"
    packages = [{"name": name, "version": f"{version}-1", "origin": "Debian"} for name, version in FITTING.items()]
    path.write_text(json.dumps({**json.loads(path.read_text()), "packages": packages, "stand_ins": []}))
    return folder
