"""libvirt: does its daemon answer, and has Vagrant the plugin for it."""

import re

from labproof.host.checks import versions
from labproof.host.checks.finding import Finding, Wish, ok, problem, unknown
from labproof.host.checks.versions import shown
from labproof.host.computer import Answer, Computer

INSTALL = (
    "on Debian and Ubuntu: `sudo apt-get install libvirt-daemon-system libvirt-clients qemu-system-x86 vagrant-libvirt`"
)
VIRSH = ("virsh", "-c", "qemu:///system")
_PLUGIN = re.compile(r"^vagrant-libvirt \(([\d.]+)", re.MULTILINE)
_RUNNING = re.compile(r"(?:Using library|Running against daemon): (?:libvirt )?([\d.]+)")


def check(computer: Computer, wish: Wish) -> Finding:
    """Return whether libvirt's daemon answers in a version that is new enough."""
    if computer.system != "Linux":
        return problem(f"libvirt runs on Linux, and this is {computer.system}", "use --provider virtualbox")
    answer = ask(computer, "version")
    if answer.is_missing:
        return problem("virsh is not installed", INSTALL)
    if answer.status != 0:
        return _refused(answer)
    found = versions.parse(" ".join(_RUNNING.findall(answer.output)) or answer.output)
    if not found:
        return unknown("libvirt answers, and does not say its version", "`virsh -c qemu:///system version`")
    if found < versions.LIBVIRT_OLDEST:
        return problem(f"libvirt {shown(found)}, older than {shown(versions.LIBVIRT_OLDEST)}", INSTALL)
    return ok(f"libvirt {shown(found)}")


def check_plugin(computer: Computer, wish: Wish) -> Finding:
    """Return whether Vagrant has its plugin for libvirt."""
    answer = computer.run("vagrant", "plugin", "list", seconds=60)
    if answer.is_missing:
        return unknown("without Vagrant there is no telling", "install Vagrant first")
    found = _PLUGIN.search(answer.output)
    if found is None and answer.status != 0:
        said = "it did not end in time" if answer.is_late else f"it ended with status {answer.status}"
        return unknown(f"Vagrant's plugins cannot be listed: {said}", "`vagrant plugin list`; what it says tells why")
    if found is None:
        return problem("Vagrant has no vagrant-libvirt", "`vagrant plugin install vagrant-libvirt`")
    if (version := versions.parse(found[1])) < versions.PLUGIN_OLDEST:
        found_old = f"vagrant-libvirt {shown(version)}, older than {shown(versions.PLUGIN_OLDEST)}"
        return problem(found_old, "`vagrant plugin update vagrant-libvirt`")
    return ok(f"vagrant-libvirt {shown(version)}")


def ask(computer: Computer, *arguments: str) -> Answer:
    """Ask the system's libvirt."""
    return computer.run(*VIRSH, *arguments)


def _refused(answer: Answer) -> Finding:
    said = "it did not answer in time" if answer.is_late else answer.output.strip().splitlines()[-1:]
    word = said if isinstance(said, str) else (said[0] if said else f"exit status {answer.status}")
    if "ermission denied" in answer.output or "authentication" in answer.output:
        return problem(f"libvirt lets you not in: {word}", "`sudo usermod -aG libvirt $USER`, then log in again")
    return problem(f"libvirt's daemon does not answer: {word}", "`sudo systemctl enable --now libvirtd`")
