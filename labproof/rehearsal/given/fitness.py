"""What a container machine lacks: packages that it cannot install, kernel parts that a Calico asks for."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

from labproof.ground.places import engine_dir
from labproof.rehearsal.judging.expected import CALICO, KUBERNETES_PACKAGES, PACKAGES
from labproof.rehearsal.judging.finding import Finding, plain
from labproof.rehearsal.judging.references import normal
from labproof.rehearsal.judging.rpm_header import Package
from labproof.rehearsal.judging.workloads import Container, ManifestFile

HasPart = Callable[[str], bool]
"""Tells whether the kernel of this computer has a part, loaded, built in or as a module."""

BASE_SYSTEM = engine_dir() / "vagrant" / "box" / "root" / "usr" / "lib" / "labproof" / "base-system.spec"
"""The one package of a container machine: what Debian's files there provide, as yum sees it."""

_TUNNELS = {"CALICO_IPV4POOL_IPIP": "ipip", "CALICO_IPV4POOL_VXLAN": "vxlan"}
_OFF = ("never", "off", "")
_OF_RPM_ITSELF = re.compile(r"^(rpmlib|config)\(")
_SETS = "ip_set"


def provided(spec: Path = BASE_SYSTEM) -> frozenset[str]:
    """Return what a container machine has for packages that need something."""
    lines = spec.read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if line.startswith("Provides:") for word in line.split()[1:])


def unmet(packages: Collection[Package], machine: Collection[str]) -> dict[str, list[str]]:
    """Return what the handout's packages need that neither the bundle nor the machine has, by the package.

    A package that the handout does not install, and that none of those draws in, needs nothing.
    """
    owners: dict[str, Package] = {}
    for package in packages:
        owners.update(dict.fromkeys((package.name, *package.provides), package))
    wanted, seen = [*PACKAGES, *KUBERNETES_PACKAGES], set[str]()
    missing: dict[str, list[str]] = {}
    while wanted:
        drawn = owners.get(wanted.pop())
        if drawn is None or drawn.name in seen:
            continue
        seen.add(drawn.name)
        needs = [name for name in sorted(drawn.requires) if not _OF_RPM_ITSELF.match(name) and name not in machine]
        wanted += needs
        if lacking := [name for name in needs if name not in owners]:
            missing[drawn.name] = lacking
    return missing


def told(missing: Mapping[str, list[str]]) -> str:
    """Return in words what packages need in vain: three of them, with three needs each."""
    parts = [f"{name} needs {', '.join(needs[:3])}" for name, needs in sorted(missing.items())[:3]]
    more = len(missing) - len(parts)
    return plain("; ".join(parts) + (f"; {more} more packages need something too" if more > 0 else ""))


def calico(manifest: ManifestFile, stand_ins: Mapping[str, str], has: HasPart) -> Iterator[Finding]:
    """Yield what an original Calico asks of the kernel that a container machine cannot have.

    `stand_ins` are the images that say of themselves that they are none.
    """
    asked = [c for c in manifest.containers if normal(c.image) not in stand_ins]
    if not asked:
        return
    for container in asked:
        yield from _of_kernel(container, has)
    if not has(_SETS):
        fix = "run the rehearsal on a computer whose kernel has it"
        yield Finding(CALICO, f"a kernel with {_SETS}: Calico keeps its rules in sets", "a kernel without it", fix)


def _of_kernel(container: Container, has: HasPart) -> Iterator[Finding]:
    if container.environment.get("FELIX_BPFENABLED", "").lower() == "true":
        why = "true: its programs are loaded into the kernel, which a container may not"
        fix = "take that variable out: Calico then works with iptables"
        yield Finding(CALICO, f"FELIX_BPFENABLED false in {plain(container.owner)}", why, fix)
    for name, part in _TUNNELS.items():
        value = container.environment.get(name, "")
        if value.lower() not in _OFF and not has(part):
            wanted = f"a kernel with {part}: {plain(container.owner)} has {name}={plain(value)}"
            fix = f"set {name} to Never: both machines are in one network, and Calico routes there without tunnels"
            yield Finding(CALICO, wanted, f"this computer's kernel has no {part}", fix)
