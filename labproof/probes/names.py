"""What a machine calls itself and whom it knows by name."""

from labproof.machine import Machine


def hostname(machine: Machine) -> dict[str, str | None]:
    """Return the hostname now and the one that the next boot will set."""
    stored = machine.read("/etc/hostname")
    return {
        "the hostname": (machine.read("/proc/sys/kernel/hostname") or "").strip(),
        "/etc/hostname": stored.strip() if stored is not None else None,
    }


def addresses(machine: Machine, names: tuple[str, ...]) -> dict[str, str | None]:
    """Return the first IPv4 address that each name has on the machine, None where it has none."""
    # Not testinfra's: it puts the addresses into a set, and then none of them is the first.
    found = {name: machine.ask("getent ahostsv4 %s", name).output.split() for name in names}
    return {name: words[0] if words else None for name, words in found.items()}
