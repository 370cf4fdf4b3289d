"""libvirt's daemon: started where it does not run, by systemd or, where there is none, by hand; stopped afterwards."""

import contextlib
import os
import shutil
import signal
import stat
from dataclasses import dataclass, field
from pathlib import Path

from labproof.ground.errors import HostError
from labproof.ground.wait import Deadline, wait_until
from labproof.host.checks.libvirt import VIRSH
from labproof.host.command import run_checked, succeeds

PROGRAMS = ("virtlogd", "libvirtd")
"""In the order in which they are started: the second writes what machines say through the first."""

SYSTEMD = Path("/run/systemd/system")
SECONDS = 30.0
KVM = Path("/dev/kvm")
GROUP = "kvm"


@dataclass
class LibvirtDaemon:
    """The daemon of this computer; `run_dir` is where programs that were started by hand say who they are."""

    run_dir: Path = Path("/run")
    systemd: Path = SYSTEMD
    kvm: Path = KVM
    started: list[str] = field(default_factory=list)
    _kvm_was: os.stat_result | None = None

    def start(self) -> bool:
        """Start it unless it answers; tell whether that was necessary. Raises HostError when it does not come up."""
        self._share_kvm()
        if self.answers():
            return False
        for program in PROGRAMS:
            if self.systemd.exists():
                run_checked(["systemctl", "start", program], seconds=60)
            elif self._process(program) is None:
                run_checked([program, "-d"], seconds=60, hint="install libvirt-daemon-system")
            else:
                continue
            self.started.append(program)
        wait_until(self.answers, bool, Deadline(SECONDS), "libvirt's daemon to answer")
        return True

    def stop(self) -> None:
        """Stop what was started here, and put /dev/kvm back. Raises HostError when a program does not end."""
        if self._kvm_was is not None:
            os.chown(self.kvm, self._kvm_was.st_uid, self._kvm_was.st_gid)
            self.kvm.chmod(stat.S_IMODE(self._kvm_was.st_mode))
            self._kvm_was = None
        for program in reversed(self.started):
            if self.systemd.exists():
                run_checked(["systemctl", "stop", program], seconds=60)
            else:
                self._end(program)
        self.started.clear()

    def _share_kvm(self) -> None:
        """Give /dev/kvm to its group, as udev does, where there is none.

        libvirt tries what QEMU can as root and keeps that only while its own user may use the same: otherwise it tries
        anew, for seconds, whenever it is asked anything (virQEMUCapsIsValid in qemu_capabilities.c).
        """
        if self.systemd.exists() or not self.kvm.exists():
            return
        was = self.kvm.stat()
        if not was.st_mode & stat.S_IWGRP:
            shutil.chown(self.kvm, group=GROUP)
            self.kvm.chmod(0o660)
            self._kvm_was = was

    def _end(self, program: str) -> None:
        if (process := self._process(program)) is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGTERM)
            wait_until(lambda: self._runs(program), lambda runs: not runs, Deadline(SECONDS), f"{program} to end")

    def answers(self) -> bool:
        """Tell whether it answers."""
        return succeeds([*VIRSH, "version"], seconds=15)

    def _runs(self, program: str) -> bool:
        return self._process(program) is not None

    def _process(self, program: str) -> int | None:
        """Return the process of a program that runs; what a killed one has left says nothing."""
        try:
            process = int((self.run_dir / f"{program}.pid").read_text())
            name = Path(f"/proc/{process}/comm").read_text().strip()
        except (OSError, ValueError):
            return None
        return process if name == program else None


def virsh(*arguments: str, seconds: float = 60, stdin: str = "") -> str:
    """Ask the system's libvirt and return its answer. Raises HostError."""
    return run_checked([*VIRSH, *arguments], seconds=seconds, error=HostError, stdin=stdin, env={"LC_ALL": "C.UTF-8"})
