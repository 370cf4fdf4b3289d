"""A disk that boots, made without mounting anything."""

import json
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from labproof.rehearsal.vm_box import disk

PROGRAMS = ("grub-mkimage", "mke2fs", "mkswap", "qemu-img", "setfiles", "sfdisk")
needs_programs = pytest.mark.skipif(
    any(shutil.which(name) is None for name in PROGRAMS) or not Path("/usr/lib/grub/i386-pc/boot.img").exists(),
    reason="a program that makes disks is not installed",
)


@pytest.fixture
def raw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The disk of a root file system with one file, as it was before QEMU's format."""
    root = tmp_path / "root"
    (root / "etc").mkdir(parents=True)
    (root / "etc" / "hostname").write_text("localhost\n")
    monkeypatch.setattr(disk, "DISK_MIB", 96)
    monkeypatch.setattr(disk, "SWAP_MIB", 32)
    ran = disk._run

    def run(*argv: str, stdin: str = "") -> None:
        # Labels need the policy of a whole system, and root.
        if argv[0] != "setfiles":
            ran(*argv, stdin=stdin)

    monkeypatch.setattr(disk, "_run", run)
    disk.make(root, tmp_path / "box.img")
    subprocess.run(
        ["qemu-img", "convert", "-O", "raw", str(tmp_path / "box.img"), str(tmp_path / "whole.raw")], check=True
    )
    return tmp_path / "whole.raw"


@needs_programs
def test_a_disk_has_a_loader_a_root_and_swap(raw: Path) -> None:
    """The first sector is GRUB's, and the table is whole; the rest of GRUB lies behind it; swap has its signature."""
    with raw.open("rb") as file:
        first = file.read(512)
        assert b"GRUB" in first
        assert first[510:] == b"\x55\xaa"
        assert len(file.read(disk.MIB - 512).rstrip(b"\0")) > 16 * 1024
        file.seek((disk.DISK_MIB - disk.SWAP_MIB) * disk.MIB + 4086)
        assert file.read(10) == b"SWAPSPACE2"
    said = json.loads(subprocess.run(["sfdisk", "-J", str(raw)], capture_output=True, check=True).stdout)
    assert [row["type"] for row in said["partitiontable"]["partitions"]] == ["83", "82"]


@needs_programs
def test_the_root_file_system_fills_its_partition(raw: Path) -> None:
    """It is ext4, has the files, and is as large as the partition: nothing runs over into swap."""
    with raw.open("rb") as file:
        file.seek(disk.MIB + 1024)
        block = file.read(1024)
    blocks, size = struct.unpack_from("<I", block, 4)[0], 1024 << struct.unpack_from("<I", block, 24)[0]
    assert struct.unpack_from("<H", block, 56)[0] == 0xEF53
    assert blocks * size == (disk.DISK_MIB - disk.SWAP_MIB - 1) * disk.MIB
    place = f"{raw}?offset={disk.MIB}"
    shown = subprocess.run(["debugfs", "-R", "cat /etc/hostname", place], capture_output=True, text=True, check=True)
    assert shown.stdout == "localhost\n"
