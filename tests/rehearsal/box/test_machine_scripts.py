"""The scripts that give a rehearsal machine a kernel view of its own, run on a scratch folder instead of a machine."""

import subprocess
from pathlib import Path

import pytest

from labproof.rehearsal.box.recipe import sources_dir

SCRIPTS = sources_dir() / "root" / "usr" / "lib" / "labproof"
FSTAB = "/dev/mapper/centos-swap swap swap defaults 0 0\n"


class Scratch:
    """A folder that stands for the machine's root; mounts are left out."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in (
            "run/labproof",
            "etc/selinux",
            "etc/modules-load.d",
            "usr/lib/labproof/real",
            "proc/bridge",
            "bin",
        ):
            (root / name).mkdir(parents=True)
        (root / "etc/fstab").write_text(FSTAB)
        (root / "etc/selinux/config").write_text("SELINUX=enforcing\n")
        for name in ("mount", "umount", "systemd-sysctl"):
            self.program(f"bin/{name}", "#!/bin/sh\nexit 0\n")
        (root / "usr/lib/labproof/known-modules").write_text((SCRIPTS / "known-modules").read_text())

    def program(self, name: str, text: str) -> None:
        """Put an executable file into the folder."""
        path = self.root / name
        path.write_text(text)
        path.chmod(0o755)

    def run(self, script: str, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of the scripts under a name, with its absolute paths led into the folder."""
        text = (SCRIPTS / script).read_text()
        for path in ("/run/labproof", "/usr/lib/labproof", "/etc/"):
            text = text.replace(path, f"{self.root}{path}")
        text = text.replace("/proc/sys/net/bridge", f"{self.root}/proc/bridge")
        text = text.replace("/proc/modules", f"{self.root}/proc/modules").replace("/lib/systemd/", f"{self.root}/bin/")
        self.program(f"bin/{name}", text)
        return self._started([str(self.root / "bin" / name), *arguments])

    def run_line(self, line: str) -> subprocess.CompletedProcess[str]:
        """Run a command line with its paths in /etc led into the folder; it finds the scripts that were run before."""
        return self._started(["/bin/bash", "-c", line.replace("/etc/", f"{self.root}/etc/")])

    def _started(self, argv: list[str]) -> subprocess.CompletedProcess[str]:
        path = f"{self.root}/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return subprocess.run(argv, capture_output=True, text=True, check=False, env={"PATH": path})

    @property
    def swap_lines(self) -> list[str]:
        """The lines of the swap table below its heading."""
        return (self.root / "run/labproof/swaps").read_text().splitlines()[1:]


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    """A scratch machine."""
    return Scratch(tmp_path)


@pytest.mark.parametrize(
    ("fstab", "count"),
    [
        (FSTAB, 1),
        (f"#{FSTAB}", 0),
        ("/swapfile\tnone\tswap\tdefaults\t0\t0\n", 1),
        ("/dev/sda1 / ext4 defaults 0 1\n", 0),
    ],
)
def test_swap_at_boot_is_what_fstab_says(scratch: Scratch, fstab: str, count: int) -> None:
    """An active line brings swap up, tabs or blanks; a comment does not."""
    (scratch.root / "etc/fstab").write_text(fstab)
    assert scratch.run("swap", "swap", "boot").returncode == 0
    assert len(scratch.swap_lines) == count


def test_swapoff_empties_the_table_and_swapon_fills_it(scratch: Scratch) -> None:
    """`swapoff -a` ends swap until `swapon -a` or the next boot."""
    scratch.run("swap", "swap", "boot")
    assert scratch.run("swap", "swapoff", "-a").returncode == 0
    assert scratch.swap_lines == []
    assert scratch.run("swap", "swapon", "-a").returncode == 0
    assert len(scratch.swap_lines) == 1


def test_selinux_starts_as_its_configuration_says(scratch: Scratch) -> None:
    """Enforcing at boot; permissive after `setenforce 0`."""
    scratch.run("selinux", "selinux", "boot")
    assert scratch.run("selinux", "getenforce").stdout == "Enforcing\n"
    assert scratch.run("selinux", "setenforce", "0").returncode == 0
    assert scratch.run("selinux", "getenforce").stdout == "Permissive\n"


@pytest.mark.parametrize("config", ["SELINUX= disabled\n", "selinux=disabled\n", ""])
def test_selinux_is_permissive_where_no_line_is_valid(scratch: Scratch, config: str) -> None:
    """What libselinux does not take for a setting sets nothing; the status shows the mode of the next boot."""
    (scratch.root / "etc/selinux/config").write_text(config)
    scratch.run("selinux", "selinux", "boot")
    assert scratch.run("selinux", "getenforce").stdout == "Permissive\n"
    assert "Mode from config file:          permissive\n" in scratch.run("selinux", "sestatus").stdout


def test_setenforce_fails_where_selinux_is_disabled(scratch: Scratch) -> None:
    """What stops the handout's `&&` on a real machine stops it here."""
    (scratch.root / "etc/selinux/config").write_text("SELINUX=disabled\n")
    scratch.run("selinux", "selinux", "boot")
    failed = scratch.run("selinux", "setenforce", "0")
    assert (failed.returncode, failed.stderr) == (1, "setenforce: SELinux is disabled\n")
    assert scratch.run("selinux", "getenforce").stdout == "Disabled\n"


def test_a_module_is_loaded_once_it_is_asked_for(scratch: Scratch) -> None:
    """br_netfilter is absent at boot, there after modprobe and gone after rmmod."""
    scratch.run("modules", "modules", "boot")
    assert "br_netfilter" not in scratch.run("modules", "lsmod").stdout
    assert scratch.run("modules", "modprobe", "br_netfilter").returncode == 0
    assert "br_netfilter" in scratch.run("modules", "lsmod").stdout
    assert scratch.run("modules", "rmmod", "br-netfilter").returncode == 0
    assert "br_netfilter" not in scratch.run("modules", "lsmod").stdout


def test_modules_load_d_is_honoured_at_boot(scratch: Scratch) -> None:
    """A name in /etc/modules-load.d survives a reboot, also after one that does not exist."""
    (scratch.root / "etc/modules-load.d/k8s.conf").write_text("# ours\nno_such_module\nbr_netfilter\n")
    assert scratch.run("modules", "modules", "boot").returncode == 0
    assert "br_netfilter" in scratch.run("modules", "lsmod").stdout


def test_a_misspelt_module_is_an_error(scratch: Scratch) -> None:
    """modprobe fails for a name that no kernel has."""
    scratch.run("modules", "modules", "boot")
    failed = scratch.run("modules", "modprobe", "br_netfiter")
    assert failed.returncode == 1
    assert "Module br_netfiter not found" in failed.stderr


def test_dockerds_call_loads_all_that_it_names(scratch: Scratch) -> None:
    """With -a every name is a module."""
    scratch.run("modules", "modules", "boot")
    scratch.run("modules", "modprobe", "-va", "bridge", "br_netfilter")
    assert "br_netfilter" in scratch.run("modules", "lsmod").stdout
