"""A network of libvirt's that leads nowhere, in the place of its management network: the machines' first cards.

Each machine has a fixed address there, the first one that which VirtualBox's NAT gives: two machines cannot have the
same on one network. Nothing is forwarded from it, and no name server answers.
"""

from xml.sax.saxutils import quoteattr

from labproof.host.checks.libvirt import VIRSH
from labproof.host.command import succeeds
from labproof.host.libvirt_daemon import virsh
from labproof.host.table import Nat, Table

BRIDGE = "virbr-labnat"
"""Its name says to the doctor that a hypervisor made it."""


def make(nat: Nat, table: Table) -> None:
    """Have the network, anew where there is one of this name. Raises HostError."""
    remove(nat)
    virsh("net-create", "/dev/stdin", stdin=describe(nat, table))


def remove(nat: Nat) -> None:
    """Take the network away where it is there."""
    for word in ("net-destroy", "net-undefine"):
        succeeds([*VIRSH, word, nat.bridge], seconds=60)


def describe(nat: Nat, table: Table) -> str:
    """Return what libvirt is told of the network."""
    hosts = "".join(
        f"<host mac='{card(place)}' ip='{nat.address.ip + place}'/>" for place, _ in enumerate(table.machines)
    )
    first, last = nat.address.ip, nat.address.ip + len(table.machines) - 1
    return (
        f"<network><name>{nat.bridge}</name><bridge name={quoteattr(BRIDGE)}/><dns enable='no'/>"
        f"<ip address='{nat.gateway}' netmask='{nat.address.netmask}'>"
        f"<dhcp><range start='{first}' end='{last}'/>{hosts}</dhcp></ip></network>\n"
    )


def card(place: int) -> str:
    """Return the hardware address of the first card of a machine, as the Vagrantfile gives it."""
    return f"52:54:00:00:02:{place:02x}"
