"""Memory: what the machines take must be free."""

import re

from labproof.host.checks import windows
from labproof.host.checks.finding import Finding, Wish, ok, unknown, warning
from labproof.host.computer import Computer

MIB = 1024**2
SPARE_MIB = 512
"""What the hypervisor and the grader take besides."""

_PAGE = re.compile(r"page size of (\d+) bytes")
_FREE = re.compile(r"^Pages (?:free|inactive|speculative|purgeable):\s+(\d+)\.", re.MULTILINE)
_AVAILABLE = re.compile(r"^MemAvailable:\s+(\d+) kB", re.MULTILINE)


def check(computer: Computer, wish: Wish) -> Finding:
    """Return whether there is memory for the machines; what is short can be swapped, and is slow."""
    wanted = wish.memory + SPARE_MIB
    free = available(computer)
    if free is None:
        return unknown(f"the free memory cannot be seen; the machines take {wanted} MiB")
    if free >= wanted:
        return ok(f"{free} MiB free, {wanted} wanted")
    return warning(f"{free} MiB of memory free, {wanted} wanted", "close other programs, a browser first")


def available(computer: Computer) -> int | None:
    """Return the memory that programs can still have, in MiB; None where that cannot be seen."""
    if computer.system == "Linux":
        found = _AVAILABLE.search(computer.read("/proc/meminfo") or "")
        return int(found[1]) // 1024 if found else None
    if computer.system == "Windows":
        seen = windows.look(computer)
        return seen.free_memory if seen else None
    said = computer.run("vm_stat").output
    size, pages = _PAGE.search(said), _FREE.findall(said)
    return sum(map(int, pages)) * int(size[1]) // MIB if size and pages else None
