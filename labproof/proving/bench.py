"""The lab under proof: it is graded from outside, as anybody would, and its machines are changed as root would."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from labproof import result
from labproof.connection.base import Command, Purpose
from labproof.connection.live import LiveConnection
from labproof.connection.ssh import Ssh
from labproof.errors import LabError, ProvisionError
from labproof.host.command import tail
from labproof.model import RunRecord
from labproof.providers.base import Provider
from labproof.proving.catalogue import MACHINES, Commands
from labproof.store import LATEST, runs_dir

COMMAND_SECONDS = 240.0
GRADE_SECONDS = 900
MILESTONE = "proof"
TERMINAL = "terminal.txt"
"""What the grader showed while it ran."""
_REPORT = re.compile(r"report: (.+)$", re.MULTILINE)


class Bench:
    """Grades a lab, changes it and puts it back; the folder of each run ends up in `folder`."""

    def __init__(self, provider: Provider, folder: Path) -> None:
        self._provider = provider
        self._folder = folder
        self._connection: LiveConnection | None = None

    def rebuild(self) -> None:
        """Take the machines away and bring up untouched ones."""
        self.close()
        self._provider.down(_silent)
        self._provider.up(_silent)

    def perform(self, name: str) -> RunRecord:
        """Work through the whole course on the machines and return what was graded."""
        self.close()
        return self._labproof(name, ["lab", "--provider", self._provider.name])

    def grade(self, name: str, patience: float) -> RunRecord:
        """Grade the machines as they are; `patience` is how long, in seconds, a state may take to come about."""
        options = [] if not self._provider.name else ["--provider", self._provider.name]
        return self._labproof(name, ["grade", *options, "--", f"--patience={patience:g}"])

    def regrade(self, name: str, recorded: Path) -> RunRecord:
        """Grade a recorded run again, without any machine."""
        return self._labproof(name, ["regrade", str(recorded)])

    def ask(self, machine: str, line: str) -> str:
        """Return what a command prints that root runs on a machine."""
        return self._machines.run(Command(machine, line), Purpose.OBSERVE).output

    def carry_out(self, commands: Commands) -> None:
        """Run commands as root, machine by machine. Raises ProvisionError at the first that does not succeed."""
        for machine, lines in commands.items():
            script = "\n".join(("set -eu", *lines))
            command = Command(machine, script, COMMAND_SECONDS, "/bin/bash")
            done = self._machines.run(command, Purpose.ACT)
            if not done.is_success:
                said = tail(done.error or done.output)
                raise ProvisionError(
                    f"on {machine}, expected success of:\n{script}\n  found: status {done.status}\n{said}"
                )

    def save(self) -> None:
        """Keep the machines as they are, to come back to."""
        self._provider.save(MILESTONE)

    def restore(self) -> None:
        """Bring the machines back to what was kept, and log in on each, as a student does after a restart.

        The handout has a login load br_netfilter.
        """
        self.close()
        self._provider.restore(MILESTONE)
        self.carry_out(dict.fromkeys(MACHINES, ("bash -lc true",)))

    def close(self) -> None:
        """Let go of the machines."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    @property
    def _machines(self) -> LiveConnection:
        if self._connection is None:
            self._provider.require_network()
            ends = self._provider.endpoints()
            machines = {e.name: Ssh(e.name, e.host, e.port, e.user, e.key_file) for e in ends}
            self._connection = LiveConnection(machines, self._provider.require_network)
        return self._connection

    def _labproof(self, name: str, arguments: list[str]) -> RunRecord:
        before = _newest()
        argv = [str(Path(sys.executable).with_name("labproof")), *arguments]
        done = subprocess.run(argv, capture_output=True, text=True, errors="replace", timeout=4 * GRADE_SECONDS)
        told = _REPORT.search(done.stdout)
        if told is None:
            raise LabError(
                f"{' '.join(argv)} wrote no report, status {done.returncode}:\n{tail(done.stderr or done.stdout)}"
            )
        target = self._folder / "runs" / name
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(Path(told[1]).parent, target)
        (target / TERMINAL).write_text(done.stdout, encoding="utf-8")
        _point_back(before)
        return result.load(target / "result.json")


def _newest() -> str:
    try:
        return os.readlink(runs_dir() / LATEST)
    except OSError:
        return ""


def _point_back(name: str) -> None:
    """Let `latest` be what it was: these runs are the proof's own."""
    link = runs_dir() / LATEST
    link.unlink(missing_ok=True)
    if name:
        link.symlink_to(name)


def _silent(_: str) -> None:
    """Say nothing: the proof tells its own stages."""
