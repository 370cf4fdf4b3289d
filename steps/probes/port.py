"""Whether a port takes connections, tried from a machine of the lab."""

from labproof.lab.machine import Machine

OPEN, SILENT = "a connection was made", "nothing came back within 3 s"
_TIME_IS_OVER = 124
"""The exit status of `timeout` when the time was over."""


def knock(machine: Machine, address: str, port: int) -> str:
    """Return what a connection from a machine to a port meets."""
    result = machine.ask("timeout 3 bash -c %s", f"exec 3<>/dev/tcp/{address}/{port}", timeout=10, is_fact=False)
    if result.is_success:
        return OPEN
    return SILENT if result.status == _TIME_IS_OVER else "it was refused"
