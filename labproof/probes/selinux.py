"""SELinux: what is enforced now and what the next boot will set."""

from dataclasses import dataclass

from labproof.machine import Machine


def mode(machine: Machine) -> str:
    """Return Enforcing, Permissive or Disabled, as the kernel has it now."""
    enforce = machine.read("/sys/fs/selinux/enforce")
    if enforce is not None:
        return "Enforcing" if enforce.strip() == "1" else "Permissive"
    return machine.ask("getenforce").output.strip() or "Disabled"


@dataclass(frozen=True)
class SelinuxConfig:
    """The mode that the next boot will set: the last SELINUX= line that is not a comment."""

    mode: str | None

    def __str__(self) -> str:
        return f"SELINUX={self.mode}" if self.mode else "no SELINUX= line in /etc/selinux/config"


def configured(machine: Machine) -> SelinuxConfig:
    """Read /etc/selinux/config."""
    return parse_config(machine.read("/etc/selinux/config") or "")


def parse_config(text: str) -> SelinuxConfig:
    """Return what a configuration says."""
    values = [line.split("=", 1)[1].strip() for line in text.splitlines() if line.strip().startswith("SELINUX=")]
    return SelinuxConfig(values[-1].lower() if values else None)
