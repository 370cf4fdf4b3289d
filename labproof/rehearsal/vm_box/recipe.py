"""What goes into the box for virtual machines: that of the containers with a kernel, and without what stood in."""

import hashlib
import shutil
import tempfile
from pathlib import Path

from labproof.ground.places import engine_dir
from labproof.rehearsal.box import recipe as of_containers
from labproof.rehearsal.vm_box import disk

PACKAGES = (
    # a machine that boots
    "linux-image-cloud-amd64",
    "initramfs-tools",
    "zstd",
    "udev",
    "e2fsprogs",
    # SELinux, with Debian's own policy
    "selinux-policy-default",
    "selinux-utils",
    "policycoreutils",
)

COMMON = "common.sh"
"""What makes both boxes the same machine; the rest of that folder's scripts are the containers' own."""

_LIB = "usr/lib/labproof"
STAND_INS = (
    f"{_LIB}/kernel-view",
    f"{_LIB}/known-modules",
    f"{_LIB}/modules",
    f"{_LIB}/selinux",
    f"{_LIB}/swap",
    "etc/systemd/system/labproof-kernel-view.service",
    "usr/lib/systemd/system/docker.service.d/bridge-module.conf",
    "etc/tmpfiles.d/kmsg.conf",
)
"""Files of the containers' box that stand in for a kernel of the machine's own, which a virtual machine has."""


def sources_dir() -> Path:
    """Return the folder of the files that only this box has."""
    return engine_dir() / "vagrant" / "vm-box"


def packages() -> tuple[str, ...]:
    """Return every Debian package of the box."""
    return tuple(sorted({*of_containers.packages(), *PACKAGES}))


def lay_out(target: Path) -> None:
    """Write the files that are laid over Debian into a folder."""
    shutil.copytree(of_containers.sources_dir() / "root", target)
    for name in STAND_INS:
        (target / name).unlink()
    shutil.copytree(sources_dir() / "root", target, dirs_exist_ok=True)


def key() -> str:
    """Return a short digest of everything that the box is made from; what only containers have changes nothing."""
    digest = hashlib.sha256(repr(disk.SHAPE).encode())
    digest.update((of_containers.sources_dir() / COMMON).read_bytes())
    with tempfile.TemporaryDirectory() as folder:
        lay_out(Path(folder) / "overlay")
        for names, sources in ((packages(), Path(folder)), ((), sources_dir())):
            digest.update(of_containers.content_key(names, sources).encode())
    return digest.hexdigest()[:12]
