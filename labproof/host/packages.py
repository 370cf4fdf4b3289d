"""Debian packages that the lab needs on this computer, installed without starting a service."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from labproof.ground.errors import HostError
from labproof.ground.places import Progress, is_root
from labproof.host.command import run_checked

FOR_LXC = ("iproute2", "lxc", "mmdebstrap", "rsync", "sudo", "uidmap", "vagrant", "vagrant-lxc")
FOR_LIBVIRT = (
    "dnsmasq-base",
    "iproute2",
    "libvirt-clients",
    "libvirt-daemon-system",
    "mmdebstrap",
    "qemu-system-x86",
    "vagrant",
    "vagrant-libvirt",
)
POLICY = Path("/usr/sbin/policy-rc.d")
LXC_NET = Path("/etc/default/lxc-net")
MARK = "# made by labproof for the time of an installation\n"


def ensure(packages: Sequence[str], progress: Progress) -> None:
    """Install what this computer lacks. Nothing is started, and LXC's own network stays off."""
    absent = missing(packages)
    if not absent:
        return
    argv = ["apt-get", "-q", "-y", "--no-install-recommends", "-oDPkg::Lock::Timeout=300", "install", *absent]
    progress(f"installing {' '.join(absent)}")
    hint = "check that apt-get works on this computer"
    with _nothing_starts():
        run_checked(["apt-get", "-q", "update"], seconds=300, hint=hint)
        run_checked(argv, seconds=900, hint=hint, env={"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"})
    if "lxc" in absent:
        _keep_lxc_net_off()


def require_root() -> None:
    """Raise HostError unless we are root: containers and their network need it."""
    if not is_root():
        raise HostError("expected root, which a lab of containers needs\n  try: sudo, or a root shell, or --inventory")


@contextmanager
def _nothing_starts() -> Iterator[None]:
    """Have a policy that forbids packages to start services, as Debian provides for it."""
    ours = not POLICY.exists() or POLICY.read_text().endswith(MARK)
    if ours:
        POLICY.write_text(f"#!/bin/sh\nexit 101\n{MARK}")
        POLICY.chmod(0o755)
    try:
        yield
    finally:
        if ours:
            POLICY.unlink(missing_ok=True)


def _keep_lxc_net_off() -> None:
    """Keep LXC from making a bridge with a way out, and firewall rules for it, at the next boot."""
    if LXC_NET.exists():
        LXC_NET.write_text(without_lxc_net(LXC_NET.read_text()))


def without_lxc_net(text: str) -> str:
    """Return /etc/default/lxc-net with LXC's own bridge switched off."""
    lines = [line for line in text.splitlines() if not line.startswith("USE_LXC_BRIDGE=")]
    return "\n".join(['USE_LXC_BRIDGE="false"', *lines]) + "\n"


def missing(packages: Sequence[str]) -> list[str]:
    """Return the packages that are not installed on this host."""
    shown = run_checked(["dpkg-query", "-f", "${Package} ${db:Status-Status}\n", "-W"], seconds=60)
    installed = {line.split()[0] for line in shown.splitlines() if line.endswith(" installed")}
    return [package for package in packages if package not in installed]
