"""What goes into the box for virtual machines."""

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


def test_every_input_changes_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package, a file of either box and the shape of the disk each make another box."""
    keys = {recipe.key()}
    monkeypatch.setattr(disk, "SHAPE", ("another",))
    keys.add(recipe.key())
    monkeypatch.setattr(recipe, "PACKAGES", (*recipe.PACKAGES, "less-common"))
    keys.add(recipe.key())
    (tmp_path / "customize.sh").write_text("true\n")
    monkeypatch.setattr(recipe, "sources_dir", lambda: tmp_path)
    keys.add(recipe.key())
    (tmp_path / "root").mkdir()
    monkeypatch.setattr(of_containers, "sources_dir", lambda: tmp_path / "root")
    keys.add(recipe.key())
    assert len(keys) == 5


def test_no_address_of_a_mirror_is_in_the_sources() -> None:
    """Where Debian comes from is taken from this computer when the box is built."""
    for path in recipe.sources_dir().rglob("*"):
        if path.is_file():
            assert "://" not in path.read_text(), path
