"""Makes a disk that boots from a root file system, without mounting anything: partitions, ext4, swap and GRUB."""

from pathlib import Path

from labproof.ground.errors import ProvisionError
from labproof.host.command import run_checked

HOST_PACKAGES = ("e2fsprogs", "fdisk", "grub-common", "grub-pc-bin", "policycoreutils", "qemu-utils")
"""Debian packages of the programs that make a disk."""

MIB = 1024**2
SECTORS = MIB // 512
DISK_MIB = 12 * 1024
SWAP_MIB = 1024
COMMAND_LINE = (
    "root=/dev/vda1 ro console=ttyS0 net.ifnames=0 mitigations=off security=selinux selinux=1"
    # What CentOS 7 has, and Kubernetes 1.20 wants.
    " systemd.unified_cgroup_hierarchy=0 systemd.legacy_systemd_cgroup_controller=1"
)
GRUB = f"""set root=(hd0,msdos1)
linux /boot/vmlinuz {COMMAND_LINE}
initrd /boot/initrd.img
boot
"""
GRUB_MODULES = ("biosdisk", "part_msdos", "ext2", "linux", "minicmd")
COMPRESSION = ("-c", "-o", "compression_type=zstd")
"""Vagrant hands the disk to libvirt piece by piece, which takes longer than to compress it."""

SHAPE = (DISK_MIB, SWAP_MIB, GRUB, GRUB_MODULES, COMPRESSION)
"""All that a disk depends on besides its files."""

_GRUB_DIR = Path("/usr/lib/grub/i386-pc")
_CONTEXTS = "etc/selinux/default/contexts/files/file_contexts"
_BOOT_CODE = 440
"""Bytes of the first sector in front of the partition table."""


def make(root: Path, target: Path) -> None:
    """Make a disk in QEMU's format, at `target`, of the files in a folder. Raises ProvisionError."""
    # A first start then does not have to give every file its label, and restart.
    _run("setfiles", "-r", str(root), str(root / _CONTEXTS), str(root))
    raw = target.with_suffix(".raw")
    with raw.open("wb") as disk:
        disk.truncate(DISK_MIB * MIB)
    _run("sfdisk", "-q", str(raw), stdin=partitions())
    options = f"offset={MIB},root_owner=0:0"
    size = f"{DISK_MIB - SWAP_MIB - 1}M"
    _run("mke2fs", "-q", "-t", "ext4", "-L", "root", "-E", options, "-d", str(root), str(raw), size)
    _add_swap(raw)
    _add_loader(raw)
    _run("qemu-img", "convert", "-O", "qcow2", *COMPRESSION, str(raw), str(target))
    raw.unlink()


def partitions() -> str:
    """Return what sfdisk is told: the root file system from the first MiB on, and swap behind it."""
    swap = (DISK_MIB - SWAP_MIB) * SECTORS
    return (
        "label: dos\n"
        f"start={SECTORS}, size={swap - SECTORS}, type=83, bootable\n"
        f"start={swap}, size={SWAP_MIB * SECTORS}, type=82\n"
    )


def _add_swap(raw: Path) -> None:
    # mkswap knows no place within a file, so it makes a file of its own.
    swap = raw.with_suffix(".swap")
    with swap.open("wb") as file:
        file.truncate(SWAP_MIB * MIB)
    _run("mkswap", "-q", str(swap))
    _write(raw, swap.read_bytes()[:4096], (DISK_MIB - SWAP_MIB) * MIB)
    swap.unlink()


def _add_loader(raw: Path) -> None:
    """Write GRUB in front of the first partition: its first sector looks for the rest in the sectors behind it."""
    core, said = raw.with_suffix(".core"), raw.with_suffix(".cfg")
    said.write_text(GRUB)
    argv = ("-O", "i386-pc", "-p", "(hd0,msdos1)/boot/grub", "-c", str(said), "-o", str(core), *GRUB_MODULES)
    _run("grub-mkimage", *argv)
    if core.stat().st_size > MIB - 512:
        raise ProvisionError(f"expected GRUB to fit in front of the first partition, found {core.stat().st_size} bytes")
    _write(raw, (_GRUB_DIR / "boot.img").read_bytes()[:_BOOT_CODE], 0)
    _write(raw, core.read_bytes(), 512)
    core.unlink()
    said.unlink()


def _write(raw: Path, content: bytes, place: int) -> None:
    with raw.open("r+b") as disk:
        disk.seek(place)
        disk.write(content)


def _run(*argv: str, stdin: str = "") -> None:
    run_checked(argv, seconds=600, error=ProvisionError, stdin=stdin, env={"LC_ALL": "C.UTF-8"})
