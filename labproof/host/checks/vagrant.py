"""Vagrant: is it there, and does it know the hypervisor's version."""

from labproof.host.checks import versions, virtualbox
from labproof.host.checks.finding import Finding, Wish, ok, problem, unknown
from labproof.host.checks.versions import Version, shown
from labproof.host.computer import Computer

INSTALL = "install a newer Vagrant from developer.hashicorp.com/vagrant"

AGAIN = "the same command again; at its first start a virus scanner may hold Vagrant up"


def check(computer: Computer, wish: Wish) -> Finding:
    """Return whether Vagrant can be used."""
    answer = computer.run("vagrant", "--version", seconds=60)
    if answer.is_missing:
        return problem("vagrant is not installed", INSTALL)
    if answer.is_late:
        return unknown("vagrant --version did not end in time", AGAIN)
    found = versions.of_vagrant(answer.output)
    if answer.status != 0 or not found:
        said = answer.output.strip()[:200] or f"exit status {answer.status}"
        return problem(f"vagrant --version failed: {said}", "install Vagrant anew")
    wanted, why = _wanted(computer, wish.provider)
    if found < wanted:
        return problem(f"Vagrant {shown(found)}, older than {shown(wanted)}{why}", INSTALL)
    return ok(f"Vagrant {shown(found)}")


def _wanted(computer: Computer, provider: str) -> tuple[Version, str]:
    if provider == "virtualbox":
        series = virtualbox.version(computer)
        if (wanted := versions.vagrant_wanted(series)) and wanted > versions.VAGRANT_OLDEST:
            return wanted, f", which VirtualBox {shown(series[:2])} needs"
    return versions.VAGRANT_OLDEST, ""
