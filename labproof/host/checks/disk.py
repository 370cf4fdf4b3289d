"""Disk: what boxes and machines take must be free where they will lie."""

from labproof.host.checks.finding import Finding, Wish, ok, problem, unknown, warning
from labproof.host.computer import Computer

WANTED_MIB = 15 * 1024
"""A box of 0.5 GiB, and two machines of 4 to 6 GiB at the end of the course."""

MILESTONES_MIB = 30 * 1024
"""That, and a milestone after every section, which keeps the memory of both machines too."""


def check(computer: Computer, wish: Wish) -> Finding:
    """Return whether there is room for the machines."""
    free = {folder: computer.free_mib(folder) for folder in wish.folders}
    short = {folder: found for folder, found in free.items() if found is not None and found < WANTED_MIB}
    if short:
        told = ", ".join(f"{found} MiB in {folder}" for folder, found in short.items())
        return problem(
            f"{told} free, {WANTED_MIB} wanted", "free some, or set VAGRANT_HOME and LABPROOF_CACHE elsewhere"
        )
    if None in free.values():
        return unknown(f"the free space cannot be seen; the lab takes {WANTED_MIB} MiB")
    said = ", ".join(f"{found} MiB free in {folder}" for folder, found in free.items())
    if any(found is not None and found < MILESTONES_MIB for found in free.values()):
        return warning(f"{said}; milestones may take {MILESTONES_MIB}", "`labproof lab --no-milestones` saves none")
    return ok(said)
