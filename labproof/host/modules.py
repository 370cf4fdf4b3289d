"""Kernel modules that the machines need and cannot load themselves."""

from pathlib import Path

from labproof.host.command import succeeds
from labproof.host.ledger import Change, Ledger

NEEDED = ("overlay", "br_netfilter", "nf_conntrack", "ip_tables", "ip6_tables", "nf_tables", "ip_set", "veth", "bridge")
FAMILIES = (
    "nf_",
    "nft_",
    "xt_",
    "ip_",
    "ip6",
    "iptable_",
    "ebtable",
    "nfnetlink",
    "x_tables",
    "br_netfilter",
    "bridge",
)
ALONE = frozenset({"overlay", "veth", "stp", "llc"})
TABLE = Path("/proc/modules")
PARTS = Path("/sys/module")


def loaded(table: Path = TABLE) -> frozenset[str]:
    """Return the modules that are loaded; none on a kernel that has everything built in."""
    if not table.exists():
        return frozenset()
    return frozenset(line.split()[0] for line in table.read_text().splitlines() if line)


def is_offered(name: str, parts: Path = PARTS) -> bool:
    """Tell whether the kernel has a part that can be set: loaded, built in, or as a module that could be loaded."""
    return (parts / name).is_dir() or succeeds(["modprobe", "--dry-run", "--quiet", name], seconds=20)


def load_missing(ledger: Ledger) -> None:
    """Load what a modular kernel lacks. The modules of before are written down."""
    if not TABLE.exists():
        return
    present = loaded()
    ledger.record(Change("modules", str(TABLE), " ".join(sorted(present))))
    for name in NEEDED:
        if name not in present:
            # A name that is built in, or that this kernel does not know, is not an error: what fails for want of it
            # says so itself.
            succeeds(["modprobe", "--quiet", name], seconds=20)


def is_ours(name: str) -> bool:
    """Tell whether a module is of the kinds that a lab draws in; others were loaded by somebody else."""
    return name in ALONE or name.startswith(FAMILIES)


def unload(change: Change) -> None:
    """Unload what has been loaded since, as far as nothing uses it."""
    before = frozenset(change.before.split())
    for _ in range(3):
        extra = sorted(name for name in loaded() - before if is_ours(name))
        if not extra:
            return
        # One at a time: a module that somebody uses must not keep the others.
        for name in extra:
            succeeds(["modprobe", "--remove", "--quiet", name], seconds=20)
