"""SELinux: what is enforced now and what the next boot will set."""

from dataclasses import dataclass

from labproof.ground.errors import TransportError
from labproof.lab.machine import Machine

_MODES = ("enforcing", "permissive", "disabled")


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

    def __str__(self) -> str:
        said = "" if self.is_said else ", as no line of /etc/selinux/config says otherwise"
        return f"SELINUX={self.mode}{said}"


def configured(machine: Machine) -> SelinuxConfig:
    """Read /etc/selinux/config."""
    return parse_config(machine.read("/etc/selinux/config") or "")


def parse_config(text: str) -> SelinuxConfig:
    """Return what a configuration says, by libselinux 2.5 (selinux_config.c, load_policy.c).

    The first line counts that has SELINUX= in its first column and a mode behind it, in any letter case and
    with anything after it. Without one the kernel starts permissive.
    """
    values = [line.removeprefix("SELINUX=").lower() for line in text.split("\n") if line.startswith("SELINUX=")]
    said = next((mode for value in values for mode in _MODES if value.startswith(mode)), None)
    return SelinuxConfig(said or "permissive", said is not None)
