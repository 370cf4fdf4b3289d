"""Logging in from one machine to another by key."""

from dataclasses import dataclass

from labproof.ground.errors import DeadlineExceeded
from labproof.lab.machine import Machine

_LOGIN_SECONDS = 45.0
"""sshd with UseDNS and a dead resolver takes up to 30 s to let anybody in (CentOS 7's OpenSSH 7.4)."""


@dataclass(frozen=True)
class KeyLogin:
    """Whether root got a shell without any prompt, and whose shell it was."""

    is_open: bool
    reached: str
    problem: str

    def __str__(self) -> str:
        return f"a shell on {self.reached}" if self.is_open else f"no shell: {self.problem}"


def log_in(machine: Machine, target: Machine) -> KeyLogin:
    """Try to log in as root; no file of known hosts is read or written, and nothing may ask.

    ssh's own failure, whatever it is, ends with 255 and is the finding, in its words.
    """
    try:
        return _log_in(machine, target)
    except DeadlineExceeded:
        if not machine.is_reachable():
            raise
        return KeyLogin(False, "", f"{target.name} let nobody in within {_LOGIN_SECONDS:.0f} s")


def _log_in(machine: Machine, target: Machine) -> KeyLogin:
    result = machine.ask(
        "ssh -n -o BatchMode=yes -o PreferredAuthentications=publickey -o StrictHostKeyChecking=no"
        " -o UserKnownHostsFile=/dev/null -o GlobalKnownHostsFile=/dev/null -o LogLevel=ERROR"
        " -o ConnectTimeout=5 root@%s cat /proc/sys/kernel/random/boot_id /etc/machine-id",
        target.address,
        timeout=_LOGIN_SECONDS,
    )
    if not result.is_success:
        said = [line for line in result.error.splitlines() if set(line.strip()) - {"@"}]
        return KeyLogin(False, "", " ".join(said)[-500:].strip() or f"exit status {result.status}")
    identity = target.ask("cat /proc/sys/kernel/random/boot_id /etc/machine-id").output
    # A login file may print something first.
    same = bool(identity.split()) and result.output.split()[-len(identity.split()) :] == identity.split()
    return KeyLogin(same, target.name if same else "another machine", "" if same else "another machine answered")
