"""May this computer run the lab? Every reason why not, all at once, each with what would help."""

import contextlib
import platform
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from labproof.ground.errors import HostError
from labproof.ground.places import is_root
from labproof.host.table import Table

MEMORY_MIB = 4096
DISK_MIB = 15 * 1024
TAKEN_MIB = 6 * 1024
"""What the machines of a finished lab hold, and some more."""
KEPT_FREE = 0.15
"""The share of a file system below which kubelet removes images and then Pods: its machines see the whole disk.

Source: kubelet 1.20, imageGCHighThresholdPercent 85 and imagefs.available<15%.
"""
OLDEST_KERNEL = (5, 19)
CGROUPS = frozenset({"cpu", "cpuset", "devices", "freezer", "memory", "pids"})
UNIFIED_CGROUPS = frozenset({"cpu", "cpuset", "memory", "pids"})


@dataclass(frozen=True)
class Surroundings:
    """What counts of this computer. Memory and disk in MiB."""

    is_root: bool
    machine: str
    kernel: tuple[int, int]
    user_namespaces: int
    memory: int
    disk: dict[str, int]
    cgroups: frozenset[str]
    """The hierarchies of version 1 that are mounted, `name=systemd` among them; empty where there is only version 2."""
    unified_cgroups: frozenset[str]
    networks: tuple[tuple[str, IPv4Network], ...]
    """Each interface with a network that it leads to."""
    kept_free: dict[str, int] = field(default_factory=dict)
    """MiB that kubelet must find free where its machine is, by folder."""


def check(table: Table, surroundings: Surroundings) -> None:
    """Raise HostError with every problem when the lab cannot run here."""
    found = list(problems(table, surroundings))
    if found:
        raise HostError("\n".join(("this computer cannot run the lab of containers as it is:", *found)))


def problems(table: Table, here: Surroundings) -> Iterator[str]:
    """Return what stands in the way, one sentence each."""
    if not here.is_root:
        yield "- not root: start it with sudo, or as root"
    if here.machine != "x86_64":
        yield f"- expected an x86_64 processor, found {here.machine}: use another computer, or --inventory"
    if here.kernel < OLDEST_KERNEL:
        wanted, found = ".".join(map(str, OLDEST_KERNEL)), ".".join(map(str, here.kernel))
        yield f"- expected Linux {wanted} or newer, which guards this computer from the machines, found {found}"
    if here.user_namespaces < 2:
        yield "- user namespaces are off: set the sysctl user.max_user_namespaces to 10000"
    if here.memory < MEMORY_MIB:
        yield f"- expected {MEMORY_MIB} MiB of free memory, found {here.memory}: close other programs"
    for folder, free in here.disk.items():
        if free < DISK_MIB:
            yield f"- expected {DISK_MIB} MiB free in {folder}, found {free}: free some, or set LABPROOF_CACHE"
    for folder, kept in here.kept_free.items():
        if here.disk[folder] >= DISK_MIB and here.disk[folder] - TAKEN_MIB < kept:
            yield (
                f"- expected {kept + TAKEN_MIB} MiB free in {folder}, found {here.disk[folder]}: kubelet removes images"
                f" and Pods where less than {KEPT_FREE:.0%} of the disk is free; free some, or use a smaller disk"
            )
    yield from _cgroup_problems(here)
    yield from _network_problems(table, here)


def _cgroup_problems(here: Surroundings) -> Iterator[str]:
    if here.cgroups:
        wanted, found, where = CGROUPS | {"name=systemd"}, here.cgroups, "mount it below /sys/fs/cgroup"
    else:
        wanted, found, where = (
            UNIFIED_CGROUPS,
            here.unified_cgroups,
            "enable it in /sys/fs/cgroup/cgroup.subtree_control",
        )
    for name in sorted(wanted - found):
        yield f"- expected the control group {name}, found none: {where}"


def _network_problems(table: Table, here: Surroundings) -> Iterator[str]:
    for interface, network in here.networks:
        if interface != table.bridge.name and leads_there(network, table.network):
            yield (
                f"- the lab's addresses {table.network} are in use here: {interface} has {network}; "
                f"take that network down, or run the lab on another computer"
            )


def look(folders: tuple[Path, ...]) -> Surroundings:
    """Read what counts of this computer; `folders` are where disk space is needed, the machines are in the last."""
    mounts = Path("/proc/self/mountinfo").read_text()
    memory = Path("/proc/meminfo").read_text()
    return Surroundings(
        is_root=is_root(),
        machine=platform.machine(),
        kernel=kernel_version(platform.release()),
        user_namespaces=_number(Path("/proc/sys/user/max_user_namespaces")),
        memory=available_mib(memory),
        disk={str(folder): _free_mib(folder) for folder in folders},
        cgroups=mounted_cgroups(mounts),
        unified_cgroups=_unified(),
        networks=tuple(routed_networks(Path("/proc/net/route").read_text())),
        kept_free={str(folder): int(_usage(folder).total * KEPT_FREE) // 1024**2 for folder in folders[-1:]},
    )


def kernel_version(release: str) -> tuple[int, int]:
    """Return the first two numbers of a kernel's release, zeros where it has none: 6.12 is one of 6.12-amd64."""
    found = re.match(r"(\d+)\.(\d+)", release)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def leads_there(network: IPv4Network, lab: IPv4Network) -> bool:
    """Tell whether a route keeps packets from the lab.

    A default route does not: the lab's own goes before it. A VPN that takes all traffic writes it as two halves.
    """
    return network.prefixlen > 1 and network.overlaps(lab)


def available_mib(meminfo: str) -> int:
    """Return the memory that is available, from /proc/meminfo, in MiB."""
    fields = dict(line.split(":", 1) for line in meminfo.splitlines() if ":" in line)
    return int(fields["MemAvailable"].split()[0]) // 1024


def mounted_cgroups(mountinfo: str) -> frozenset[str]:
    """Return the controllers of version 1 that /proc/self/mountinfo shows, and named hierarchies."""
    found: set[str] = set()
    for line in mountinfo.splitlines():
        fields = line.partition(" - ")[2].split()
        if len(fields) >= 3 and fields[0] == "cgroup":
            found.update(fields[2].split(","))
    return frozenset(found - {"rw", "ro", "xattr"})


def _unified() -> frozenset[str]:
    path = Path("/sys/fs/cgroup/cgroup.controllers")
    return frozenset(path.read_text().split()) if path.exists() else frozenset()


def _free_mib(folder: Path) -> int:
    return _usage(folder).free // 1024**2


def _usage(folder: Path) -> "shutil._ntuple_diskusage":
    return shutil.disk_usage(next(p for p in (folder, *folder.parents) if p.exists()))


def _number(path: Path) -> int:
    return int(path.read_text()) if path.exists() else 0


def routed_networks(table: str) -> Iterator[tuple[str, IPv4Network]]:
    """Return interface and network of each row of /proc/net/route, whose numbers are little-endian hexadecimal."""
    for line in table.splitlines()[1:]:
        fields = line.split()
        # A mask may have holes, which no network of the kernel's other tables has.
        with contextlib.suppress(ValueError, IndexError):
            address, mask = (IPv4Address(int.from_bytes(bytes.fromhex(fields[n]), "little")) for n in (1, 7))
            if fields[0] != "*":
                yield fields[0], IPv4Network(f"{address}/{mask}", strict=False)
