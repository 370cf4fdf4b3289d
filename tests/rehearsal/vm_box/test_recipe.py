"""What goes into the box for virtual machines."""

import shutil
from pathlib import Path

import pytest

from labproof.rehearsal.box import recipe as of_containers
from labproof.rehearsal.vm_box import disk, recipe


def test_the_box_is_that_of_the_containers_with_a_kernel() -> None:
    """Whatever a container has a virtual machine has too, and a kernel and Debian's policy besides."""
    assert {*of_containers.packages(), "linux-image-cloud-amd64", "selinux-policy-default"} <= set(recipe.packages())


def test_nothing_stands_in_for_the_kernel(tmp_path: Path) -> None:
    """The programs that simulate swap, SELinux and modules are left out; what both boxes share is there."""
    recipe.lay_out(tmp_path / "overlay")
    there = {str(p.relative_to(tmp_path / "overlay")) for p in (tmp_path / "overlay").rglob("*") if p.is_file()}
    assert not there & set(recipe.STAND_INS)
    assert not [name for name in there if "kernel-view" in name]
    assert {"usr/lib/labproof/ssh-host-key", "etc/dnf/dnf.conf", "etc/systemd/network/10-eth0.network"} <= there


def test_swap_is_the_disks_own_partition(tmp_path: Path) -> None:
    """What fstab names as swap is the second partition, where the disk has it."""
    recipe.lay_out(tmp_path / "overlay")
    rows = [line.split() for line in (tmp_path / "overlay" / "etc" / "fstab").read_text().splitlines()]
    assert [row[0] for row in rows if row[2:3] == ["swap"]] == ["/dev/vda2"]
    start, size = (int(word.partition("=")[2].rstrip(",")) for word in disk.partitions().splitlines()[2].split()[:2])
    assert (start + size) * 512 == disk.DISK_MIB * disk.MIB


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copies of both boxes' files, to be changed."""
    for name, module in (("box", of_containers), ("vm-box", recipe)):
        shutil.copytree(module.sources_dir(), tmp_path / name)
        monkeypatch.setattr(module, "sources_dir", lambda name=name: tmp_path / name)
    return tmp_path


def test_every_input_changes_the_key(sources: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of either box, what is done to it, a package and the shape of the disk each make another box."""
    keys = {recipe.key()}
    for name in ("box/root/etc/hosts", "box/common.sh", "vm-box/root/etc/fstab", "vm-box/customize.sh"):
        with (sources / name).open("a") as file:
            file.write("# more\n")
        keys.add(recipe.key())
    monkeypatch.setattr(disk, "SHAPE", ("another",))
    keys.add(recipe.key())
    monkeypatch.setattr(recipe, "PACKAGES", (*recipe.PACKAGES, "less-common"))
    keys.add(recipe.key())
    assert len(keys) == 7


def test_what_only_containers_have_changes_nothing(sources: Path) -> None:
    """Stand-ins for a kernel and LXC's own files are not in the box: no other box is built for them."""
    before = recipe.key()
    for name in (f"root/{recipe.STAND_INS[0]}", "lxc-config", "customize.sh"):
        with (sources / "box" / name).open("a") as file:
            file.write("# more\n")
    assert recipe.key() == before


def test_no_address_of_a_mirror_is_in_the_sources() -> None:
    """Where Debian comes from is taken from this computer when the box is built."""
    for path in recipe.sources_dir().rglob("*"):
        if path.is_file():
            assert "://" not in path.read_text(), path
