"""SELinux: what is enforced now and what the next boot will set."""

import contextlib
from dataclasses import dataclass

from labproof.ground.errors import NotRecorded, TransportError
from labproof.lab.machine import Machine

_MODES = ("enforcing", "permissive", "disabled")
_PARAMETERS = {"selinux=0": "disabled", "enforcing=0": "permissive"}
_MENUS = ("/boot/grub2/grub.cfg", "/boot/efi/EFI/centos/grub.cfg", "/boot/grub/grub.cfg")
"""Where the boot loader reads its kernels from: CentOS 7 with a BIOS and with EFI, and Debian."""


def mode(machine: Machine) -> str:
    """Return Enforcing, Permissive or Disabled, as the kernel has it now.

    Raises TransportError when the kernel's file is not there and getenforce fails: 127 says that it is not
    installed, and then nothing enforces; any other status but 0 says nothing.
    """
    enforce = machine.read("/sys/fs/selinux/enforce")
    if enforce is not None:
        return "Enforcing" if enforce.strip() == "1" else "Permissive"
    result = machine.ask("getenforce")
    if result.status not in (0, 127):
        raise TransportError(f"{machine.name}: getenforce ended with {result.status}: {result.error.strip()[-200:]}")
    return result.output.strip() or "Disabled"


@dataclass(frozen=True)
class SelinuxConfig:
    """The mode that the next boot will set; without a line that is valid it is permissive."""

    mode: str
    is_said: bool = True
    parameter: str = ""
    """What the kernel is told at boot, which goes before the file."""

    def __str__(self) -> str:
        if self.parameter:
            return f"{self.parameter} on the kernel's command line"
        said = "" if self.is_said else ", as no line of /etc/selinux/config says otherwise"
        return f"SELINUX={self.mode}{said}"


def configured(machine: Machine) -> SelinuxConfig:
    """Read /etc/selinux/config; where that enforces, the boot loader may still tell the kernel otherwise."""
    config = parse_config(machine.read("/etc/selinux/config") or "")
    # A recording of before this was asked has no answer.
    with contextlib.suppress(NotRecorded):
        if config.mode == "enforcing" and (told := _told_at_boot(machine)):
            return SelinuxConfig(_PARAMETERS[told], parameter=told)
    return config


def _told_at_boot(machine: Machine) -> str:
    """Return the parameter that this kernel was started with and the boot loader has for the next start, or nothing."""
    now = parse_parameters(machine.read("/proc/cmdline") or "")
    menus = (machine.read(path) or "" for path in _MENUS) if now else ()
    kernels = (line for menu in menus for line in menu.split("\n") if line.lstrip().startswith("linux"))
    return now if any(parse_parameters(line) == now for line in kernels) else ""


def parse_parameters(line: str) -> str:
    """Return the parameter of a kernel's command line that keeps SELinux from enforcing, or nothing.

    Of one that is given twice the last counts; `selinux=0` switches all of it off, and `enforcing=0` goes before the
    file (kernel-parameters.txt, libselinux's load_policy.c).
    """
    given = dict(word.split("=", 1) for word in line.split() if "=" in word)
    return next((word for word in _PARAMETERS if given.get(word.partition("=")[0]) == "0"), "")


def parse_config(text: str) -> SelinuxConfig:
    """Return what a configuration says, by libselinux 2.5 (selinux_config.c, load_policy.c).

    The first line counts that has SELINUX= in its first column and a mode behind it, in any letter case and
    with anything after it. Without one the kernel starts permissive.
    """
    values = [line.removeprefix("SELINUX=").lower() for line in text.split("\n") if line.startswith("SELINUX=")]
    said = next((mode for value in values for mode in _MODES if value.startswith(mode)), None)
    return SelinuxConfig(said or "permissive", said is not None)
