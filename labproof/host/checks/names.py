"""The names that the machines will have: those of another checkout's, or of somebody's own, stand in the way."""

import re
from ipaddress import IPv4Interface

from labproof.host.checks import libvirt, virtualbox
from labproof.host.checks.finding import Finding, Wish, ok, problem, unknown
from labproof.host.computer import Answer, Computer

PREFIX = "labproof-"
NETWORK = "labproof"
"""What `vagrant/providers/` calls the machines and libvirt's network."""

_LISTED = re.compile(r'^"(.+)" \{([0-9a-f-]{36})\}$', re.MULTILINE)
_DOMAIN = re.compile(r"^\s*([0-9a-f-]{36})\s+(\S+)\s*$", re.MULTILINE)


def check(computer: Computer, wish: Wish) -> Finding:
    """Return whether the names of the machines are free, or of machines of ours that are up."""
    answer = _listed(computer, wish)
    if answer.status != 0:
        return unknown(f"the machines of {wish.provider} cannot be listed")
    wanted = {f"{PREFIX}{name}": name for name in wish.table.names}
    foreign = [n for n, id_ in _pairs(wish, answer.output) if n in wanted and id_ != own_id(computer, wish, wanted[n])]
    if not foreign:
        return ok(f"{', '.join(wanted)}: no other machine has such a name")
    remove = "VBoxManage unregistervm {} --delete" if wish.provider == "virtualbox" else "virsh undefine {} --nvram"
    fix = "`labproof down` in the checkout that they are of; where that is gone: " + ", ".join(
        f"`{remove.format(name)}`" for name in foreign
    )
    return problem(f"{', '.join(foreign)} exist already and are not of this checkout", fix)


def check_network(computer: Computer, wish: Wish) -> Finding:
    """Return whether libvirt's network of this name, where there is one, is the lab's."""
    answer = libvirt.ask(computer, "net-dumpxml", NETWORK)
    if answer.is_missing:
        return unknown("without libvirt there is no telling")
    if answer.status != 0:
        if "not found" in answer.output:
            return ok(f"libvirt has no network {NETWORK} yet")
        return unknown(f"libvirt's network {NETWORK} cannot be seen")
    found = re.search(r"<ip address='(\d+(?:\.\d+){3})'", answer.output)
    address = found[1] if found else ""
    if address and IPv4Interface(address).ip in wish.table.network:
        return ok(f"libvirt's network {NETWORK} is the lab's")
    fix = f"`virsh net-destroy {NETWORK}; virsh net-undefine {NETWORK}`"
    return problem(f"libvirt's network {NETWORK} has {address or 'no address'}, not {wish.table.network}", fix)


def own_id(computer: Computer, wish: Wish, machine: str) -> str:
    """Return the id of a machine that this checkout's Vagrant has made, or nothing."""
    return (computer.read(str(wish.machines / "machines" / machine / wish.provider / "id")) or "").strip()


def _listed(computer: Computer, wish: Wish) -> Answer:
    if wish.provider == "virtualbox":
        return virtualbox.manage(computer, "list", "vms")
    return libvirt.ask(computer, "list", "--all", "--uuid", "--name")


def _pairs(wish: Wish, listing: str) -> list[tuple[str, str]]:
    if wish.provider == "virtualbox":
        return _LISTED.findall(listing)
    return [(name, id_) for id_, name in _DOMAIN.findall(listing)]
