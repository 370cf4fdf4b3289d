"""What goes into the rehearsal box, and the key that changes whenever it does."""

import hashlib
from pathlib import Path

from labproof.ground.places import engine_dir
from labproof.rehearsal.bundle.rpms import BOX_PACKAGES
from labproof.rehearsal.bundle.sources import RELEASE

PACKAGES = (
    # a machine that starts services and that one can log in to
    "systemd",
    "systemd-sysv",
    "dbus",
    "openssh-server",
    "openssh-client",
    "sshpass",
    "sudo",
    "passwd",
    "hostname",
    "netbase",
    "less",
    "vim-tiny",
    # what the handout's commands need
    "iproute2",
    "iputils-ping",
    "procps",
    "kmod",
    "iptables",
    "ipset",
    "firewalld",
    "rpm",
    "dnf",
    "curl",
    "ca-certificates",
    "rsync",
    # what kubelet, kubeadm and dockerd need
    "ebtables",
    "ethtool",
    "socat",
    "conntrack",
    "pigz",
    "libseccomp2",
    "libdevmapper1.02.1",
    "libsystemd0",
    "libbtrfs0",
    "liblzo2-2",
)

# Documentation and translations are never read in a lab, and every file costs time at each start of a machine.
DROPPED_PATHS = (
    "/usr/share/doc/*",
    "/usr/share/man/*",
    "/usr/share/info/*",
    "/usr/share/locale/*",
    "/usr/share/lintian/*",
    "/usr/share/bug/*",
    "/usr/lib/x86_64-linux-gnu/perl/*/auto/Encode/[JKCT]*",
)


def sources_dir() -> Path:
    """Return the folder of the files that are laid over Debian in the box."""
    return engine_dir() / "vagrant" / "box"


def packages() -> tuple[str, ...]:
    """Return every Debian package of the box: its own, and those that the bundle's programs need."""
    return tuple(sorted({*PACKAGES, *BOX_PACKAGES}))


def content_key(names: tuple[str, ...], sources: Path) -> str:
    """Return a short digest of everything that the box is made from."""
    digest = hashlib.sha256(repr((RELEASE, names, DROPPED_PATHS)).encode())
    for path in sorted(p for p in sources.rglob("*") if p.is_file()):
        executable = bool(path.stat().st_mode & 0o100)
        digest.update(f"{path.relative_to(sources)}\0{executable}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
