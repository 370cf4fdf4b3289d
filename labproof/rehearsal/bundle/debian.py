"""Fetches and unpacks the Debian packages whose programs the bundle repackages."""

import json
from pathlib import Path

from labproof.rehearsal.bundle.commands import BuildCommand, output, run
from labproof.rehearsal.bundle.parts import Part, Workplace

PACKAGES = (
    "containerd",
    "containernetworking-plugins",
    "dmsetup",
    "dnf-plugins-core",
    "docker.io",
    "etcd-client",
    "etcd-server",
    "lvm2",
    "nginx",
    "nginx-common",
    "runc",
    "thin-provisioning-tools",
    "tini",
)


def part() -> Part:
    """Return the part with one folder per package, and their versions."""
    return Part("debian", PACKAGES, make)


def make(bench: Workplace) -> None:
    """Download and unpack; leaves PACKAGE/ for each and versions.json."""
    bench.progress(f"fetching {len(PACKAGES)} Debian packages to repackage")
    versions = {}
    for archive in bench.apt.fetch(PACKAGES, bench.scratch):
        name, version = output(["dpkg-deb", "-W", "--showformat", "${Package} ${Version}", str(archive)]).split()
        target = str(bench.output / name)
        run(BuildCommand(["dpkg-deb", "-x", str(archive), target], f"unpacking {name}", 120), bench.log)
        versions[name] = version
    (bench.output / "versions.json").write_text(json.dumps(versions))


def versions(folder: Path) -> dict[str, str]:
    """Return the Debian version of each package in the finished part."""
    found: dict[str, str] = json.loads((folder / "versions.json").read_text())
    return found
