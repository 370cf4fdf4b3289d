"""May this computer run the lab?"""

import shutil
from dataclasses import replace
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from labproof.ground.errors import HostError
from labproof.host import preflight, table
from labproof.host.preflight import Surroundings

TABLE = table.load()
GOOD = Surroundings(
    is_root=True,
    machine="x86_64",
    kernel=(6, 1),
    user_namespaces=10000,
    memory=8000,
    disk={"/var/cache": 50_000},
    cgroups=preflight.CGROUPS | {"name=systemd"},
    unified_cgroups=frozenset(),
    networks=(("eth0", IPv4Network("10.0.0.0/8")),),
)


def test_a_suitable_computer_has_no_problems() -> None:
    """A computer that has everything passes."""
    preflight.check(TABLE, GOOD)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"is_root": False}, "not root"),
        ({"machine": "aarch64"}, "x86_64"),
        ({"kernel": (5, 10)}, "Linux 5.19"),
        ({"user_namespaces": 0}, "max_user_namespaces"),
        ({"memory": 1000}, "4096 MiB"),
        ({"disk": {"/var/cache": 99}}, "/var/cache"),
        ({"disk": {"/var/lib": 40_000}, "kept_free": {"/var/lib": 38_000}}, "where less than 15% of the disk is free"),
        ({"disk": {"/var/lib": 99}, "kept_free": {"/var/lib": 38_000}}, "expected 15360 MiB free in /var/lib"),
        ({"cgroups": preflight.CGROUPS}, "name=systemd"),
        ({"cgroups": frozenset(), "unified_cgroups": frozenset({"cpuset", "memory", "pids"})}, "control group cpu"),
        ({"networks": (("virbr9", IPv4Network("192.168.200.128/25")),)}, "virbr9 has 192.168.200.128/25"),
        ({"networks": (("tun0", IPv4Network("192.168.0.0/16")),)}, "tun0 has 192.168.0.0/16"),
    ],
)
def test_each_problem_is_named_with_what_helps(change: dict[str, object], said: str) -> None:
    """Whatever stands in the way is one sentence that names it."""
    (problem,) = preflight.problems(TABLE, replace(GOOD, **change))  # type: ignore[arg-type]
    assert said in problem


def test_disk_that_kubelet_would_empty_is_refused_before_it_does(tmp_path: Path) -> None:
    """Of the disk that the machines are on a share must stay free, however large it is; no other disk matters."""
    found = preflight.look((Path("/"), tmp_path / "lxc"))
    share = shutil.disk_usage(tmp_path).total * 0.15 / 1024**2
    assert found.kept_free == {str(tmp_path / "lxc"): pytest.approx(share, abs=1)}
    preflight.check(TABLE, replace(GOOD, disk={"/var/lib": 44_200}, kept_free={"/var/lib": 38_000}))


def test_all_problems_are_reported_at_once() -> None:
    """A computer with two problems hears of both."""
    with pytest.raises(HostError) as raised:
        preflight.check(TABLE, replace(GOOD, is_root=False, memory=1))
    assert "not root" in str(raised.value)
    assert "MiB of free memory" in str(raised.value)


def test_the_labs_own_bridge_is_no_conflict() -> None:
    """A bridge that an earlier run left does not count as somebody else's network."""
    ours = replace(GOOD, networks=(("labproof0", TABLE.network),))
    assert not list(preflight.problems(TABLE, ours))


def test_a_default_route_is_no_conflict() -> None:
    """A way to everywhere does not make the lab's addresses taken."""
    here = replace(GOOD, networks=(("eth0", IPv4Network("0.0.0.0/0")),))
    assert not list(preflight.problems(TABLE, here))


def test_a_unified_hierarchy_is_enough() -> None:
    """A computer with control groups of version 2 alone may run the lab."""
    here = replace(GOOD, cgroups=frozenset(), unified_cgroups=preflight.UNIFIED_CGROUPS)
    assert not list(preflight.problems(TABLE, here))


def test_networks_are_read_from_the_kernels_table() -> None:
    """Interface and network come out of /proc/net/route; a row without an interface is left out."""
    text = (
        "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
        "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
        "labproof0\t00C8A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
        "*\t00C8A8C0\t00000000\t0200\t0\t0\t-1\t00FFFFFF\t0\t0\t0\n"
    )
    assert list(preflight.routed_networks(text)) == [
        ("eth0", IPv4Network("0.0.0.0/0")),
        ("labproof0", IPv4Network("192.168.200.0/24")),
    ]


def test_mounted_hierarchies_are_read_from_mountinfo() -> None:
    """Controllers of version 1 and named hierarchies are found, options are not mistaken for them."""
    text = (
        "30 25 0:26 / /sys/fs/cgroup/cpu rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct\n"
        "31 25 0:27 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n"
        "32 25 0:28 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
    )
    assert preflight.mounted_cgroups(text) == {"cpu", "cpuacct", "name=systemd"}


def test_available_memory_is_read_in_mib() -> None:
    """MemAvailable is what counts, in MiB."""
    assert preflight.available_mib("MemTotal:  9 kB\nMemAvailable:   2097152 kB\n") == 2048


@pytest.mark.parametrize(
    ("release", "version"),
    [("6.1.0-18-amd64", (6, 1)), ("6.12-amd64", (6, 12)), ("5.15.90.1-microsoft", (5, 15)), ("?", (0, 0))],
)
def test_a_kernels_release_is_two_numbers(release: str, version: tuple[int, int]) -> None:
    """What stands behind them is its maker's."""
    assert preflight.kernel_version(release) == version
