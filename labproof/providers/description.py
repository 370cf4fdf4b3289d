"""What a lab is, for the header of a report: nobody has to guess what was real."""

import platform
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from labproof.host.ownership import LabRecord
from labproof.host.table import Table
from labproof.records.model import LabDescription
from labproof.rehearsal.bundle.manifest import Bundle

OTHER_SYSTEM = "CentOS 7.6: the machines run Debian 12, with rpm, and dnf under the name yum"
SIMULATED = (
    "swap: /proc/swaps, swapon and swapoff act on a table of the machine's own, filled from /etc/fstab at boot",
    "SELinux: getenforce and setenforce keep a state of the machine's own, set from /etc/selinux/config at boot",
    "br_netfilter: modprobe, rmmod and lsmod keep a table of the machine's own; /proc/sys/net/bridge is empty "
    "while the module counts as not loaded",
    "host-wide settings that kubelet tunes (vm.overcommit_memory, kernel.panic and so on) lead to files of its own",
    "the network card eth0 with 10.0.2.15, as VirtualBox's NAT gives it to every machine, leads nowhere",
    OTHER_SYSTEM,
)


def machines(table: Table) -> dict[str, dict[str, str]]:
    """Return the facts of each machine by its name."""
    return {
        row.name: {
            "address": str(row.address),
            "role": row.role,
            "cpus": str(row.cpus),
            "memory": f"{row.memory} MiB",
        }
        for row in table.machines
    }


def of_containers(provider: str, profile: str, table: Table, record: LabRecord) -> LabDescription:
    """Describe a lab of containers."""
    files = _of_bundle(record)
    return LabDescription(
        profile=profile,
        provider=provider,
        box=record.box,
        identity=record.identity,
        versions={"kernel": platform.release(), "operating system": "Debian 12", **files.versions},
        machines=machines(table),
        stand_ins=files.stand_ins,
        simulated=(*SIMULATED, *files.instead),
    )


def of_virtual(provider: str, profile: str, table: Table, record: LabRecord) -> LabDescription:
    """Describe a lab of virtual machines; in a rehearsal their system and their files are not the course's own."""
    is_rehearsal = profile == "rehearsal"
    files = _of_bundle(record) if is_rehearsal else _Files()
    return LabDescription(
        profile=profile,
        provider=provider,
        box=record.box,
        identity=record.identity,
        versions={"operating system": "Debian 12", **files.versions} if is_rehearsal else {},
        machines=machines(table),
        stand_ins=files.stand_ins,
        simulated=(OTHER_SYSTEM, *files.instead) if is_rehearsal else (),
    )


class _Files(NamedTuple):
    """What a bundle says of itself: versions, stand-ins, and what in it is not what was given."""

    versions: Mapping[str, str] = MappingProxyType({})
    stand_ins: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()


def _of_bundle(record: LabRecord) -> _Files:
    """Return what a bundle of ours says; a folder of somebody's own says nothing of that."""
    if not record.bundle or not (Path(record.bundle) / "manifest.json").exists():
        return _Files()
    manifest = Bundle.load(Path(record.bundle)).content
    versions = {package["name"]: str(package["version"]) for package in manifest["packages"]}
    stand_ins = tuple(f"{s['name']} stands in for {s['stands_in_for']}" for s in manifest["stand_ins"])
    return _Files(versions, stand_ins, tuple(manifest.get("instead", [])))
