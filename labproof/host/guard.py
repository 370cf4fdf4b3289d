"""The few settings of this computer that a lab of containers needs: set, written down, put back.

The machines run in a user namespace, so the kernel keeps them from changing anything here themselves.
"""

import stat
from pathlib import Path

from labproof.ground.errors import HostError
from labproof.host import bridge, firewall, modules
from labproof.host.ledger import Change, Ledger
from labproof.host.table import Table

IDS = 65536
CONNTRACK_MAX = Path("/proc/sys/net/netfilter/nf_conntrack_max")
HASH_SIZE = Path("/sys/module/nf_conntrack/parameters/hashsize")
CONNTRACK_PER_CORE = 32768
CONNTRACK_LEAST = 131072


def prepare(table: Table, ledger: Ledger) -> None:
    """Make this computer ready for containers on the lab's bridge. Raises HostError."""
    modules.load_missing(ledger)
    _set_conntrack(max(row.cpus for row in table.machines), ledger)
    for path in (Path("/etc/subuid"), Path("/etc/subgid")):
        _set_ids_aside(path, ledger)
    bridge.create(table, ledger)
    firewall.let_through(table.bridge.name, ledger)


def restore(ledger: Ledger) -> None:
    """Put back everything that the ledger holds. Raises HostError naming what could not be."""
    ledger.undo_all(
        {
            "value": _undo_value,
            "mode": _undo_mode,
            "line": _undo_line,
            "bridge": bridge.remove,
            "route": bridge.remove_route,
            "modules": modules.unload,
            "rule": firewall.remove,
        }
    )


def _set_conntrack(cpus: int, ledger: Ledger) -> None:
    # kube-proxy writes this setting unless it has the very value that it wants, and in a container it may not.
    wanted = max(CONNTRACK_LEAST, CONNTRACK_PER_CORE * cpus)
    _set_value(CONNTRACK_MAX, str(wanted), ledger)
    if int(_read(HASH_SIZE)) < wanted // 4:
        _set_value(HASH_SIZE, str(wanted // 4), ledger)
    mode = stat.S_IMODE(HASH_SIZE.stat().st_mode)
    if not mode & stat.S_IROTH:
        # It reads this one, too, and is nobody there.
        ledger.record(Change("mode", str(HASH_SIZE), oct(mode), oct(mode | stat.S_IROTH)))
        HASH_SIZE.chmod(mode | stat.S_IROTH)


def _set_value(path: Path, wanted: str, ledger: Ledger) -> None:
    before = _read(path)
    if before == wanted:
        return
    ledger.record(Change("value", str(path), before, wanted))
    try:
        path.write_text(wanted)
    except OSError as problem:
        raise HostError(f"expected to set {path} to {wanted}, found: {problem}\n  try: run as root") from problem


def _set_ids_aside(path: Path, ledger: Ledger) -> None:
    text = path.read_text() if path.exists() else ""
    line = missing_range(text)
    if line:
        ledger.record(Change("line", str(path), "absent" if not path.exists() else "present", line))
        separator = "" if not text or text.endswith("\n") else "\n"
        path.write_text(f"{text}{separator}{line}\n")


def missing_range(text: str) -> str:
    """Return the line that /etc/subuid or /etc/subgid lacks for root's containers, or nothing when it has one."""
    rows = [line.split(":") for line in text.splitlines() if line.count(":") == 2]
    if any(owner == "root" and int(count) >= IDS for owner, _, count in rows):
        return ""
    taken = max((int(start) + int(count) for _, start, count in rows), default=0)
    start = max(1_000_000, -(-taken // IDS) * IDS)
    return f"root:{start}:{IDS}"


def _undo_value(change: Change) -> None:
    path = Path(change.target)
    # Somebody else has set it since, or the computer has restarted: then it is not ours to change.
    if path.exists() and _read(path) == change.during:
        path.write_text(change.before)


def _undo_mode(change: Change) -> None:
    path = Path(change.target)
    if path.exists():
        path.chmod(int(change.before, 8))


def _undo_line(change: Change) -> None:
    path = Path(change.target)
    if not path.exists():
        return
    lines = path.read_text().splitlines(keepends=True)
    kept = "".join(line for line in lines if line.rstrip("\n") != change.during)
    if not kept and change.before == "absent":
        path.unlink()
    else:
        path.write_text(kept)


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError as problem:
        raise HostError(
            f"expected to read {path}, found: {problem}\n  try: load the kernel module nf_conntrack; run as root"
        ) from problem
