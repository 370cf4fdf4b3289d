"""The lab under proof: it is graded from outside, as anybody would, and its machines are changed as root would."""

import shutil
from dataclasses import replace
from pathlib import Path

from labproof.connection.base import Command, CommandResult, Purpose
from labproof.connection.live import LiveConnection
from labproof.ground.errors import LabError, ProvisionError
from labproof.ground.slowness import stretched
from labproof.host import warm
from labproof.host.command import tail
from labproof.providers.base import Provider
from labproof.proving.catalogue import Commands
from labproof.records import result
from labproof.records.model import RunRecord
from labproof.records.store import LATEST
from labproof.session.connecting import connect

COMMAND_SECONDS = 240.0
GRADE_SECONDS = 900.0
LAB_SECONDS = 5400.0
RESTART_SECONDS = 1800.0
RESET_SECONDS = 1200.0
UNDONE_PATIENCE = 3.0
"""How long to wait, in seconds, for what nobody has done."""
MILESTONE = "proof"
TERMINAL = "terminal.txt"
"""What the grader showed while it ran."""


class Bench:
    """Grades a lab, changes it and puts it back; the runs go into a folder of the proof's own.

    `sections` are those that are looked at, all where none is named.
    """

    def __init__(self, provider: Provider, folder: Path, sections: tuple[str, ...] = ()) -> None:
        self._provider = provider
        self._runs = folder / "runs"
        self._sections = sections
        self._chosen = [word for section in sections for word in ("--section", section)]
        self._connection: LiveConnection | None = None

    def rebuild(self) -> None:
        """Take the machines away and bring up untouched ones."""
        self.close()
        self._provider.down(_silent)
        self._provider.up(_silent)

    def perform(self, name: str, keeps_milestones: bool = False) -> RunRecord:
        """Work through the course on the machines and return what was graded."""
        self.close()
        milestones = "--milestones" if keeps_milestones else "--no-milestones"
        # What builds on the sections that are worked through is looked at, too: nobody waits for it to come about.
        impatient = ("--", f"--patience={UNDONE_PATIENCE:g}")
        arguments = ["lab", milestones, "--provider", self._provider.name, *self._chosen, *impatient]
        return self._looked_at(self._labproof(name, arguments, LAB_SECONDS))

    def grade(self, name: str, patience: float) -> RunRecord:
        """Grade the machines as they are; `patience` is how long, in seconds, a state may take to come about."""
        arguments = ["grade", "--provider", self._provider.name, *self._chosen, "--", f"--patience={patience:g}"]
        return self._looked_at(self._labproof(name, arguments, GRADE_SECONDS))

    def restart_and_grade(self, name: str, option: str, patience: float) -> RunRecord:
        """Have the machines restarted by a grading, as a student does: the option asks for the section that does so.

        The run is of the whole course; `patience` holds, in seconds, for what is graded before the restart.
        """
        self.close()
        arguments = ["grade", "--provider", self._provider.name, f"--{option}", "--", f"--patience={patience:g}"]
        return self._labproof(name, arguments, RESTART_SECONDS)

    def reset(self, name: str, milestone: str, latest: str) -> RunRecord:
        """Bring the machines back as a student does, and return what the command leaves of the run `latest`."""
        self.close()
        arguments = ["reset", "--provider", self._provider.name, "--to", milestone]
        return self._looked_at(self._labproof(name, arguments, RESET_SECONDS, latest))

    def regrade(self, name: str, recorded: Path) -> RunRecord:
        """Grade a recorded run again, without any machine."""
        return self._looked_at(self._labproof(name, ["regrade", str(recorded)], GRADE_SECONDS))

    def folder(self, name: str) -> Path:
        """Return the folder of a run by its name."""
        return self._runs / name

    def ask(self, machine: str, line: str) -> str:
        """Return what a command prints that root runs on a machine."""
        return self._run(machine, line).output

    def carry_out(self, commands: Commands) -> None:
        """Run commands as root, machine by machine. Raises ProvisionError at the first that does not succeed."""
        for machine, lines in commands.items():
            script = "\n".join(("set -eu", *lines))
            done = self._run(machine, script)
            if not done.is_success:
                raise ProvisionError(
                    f"on {machine}, expected success of:\n{script}\n"
                    f"  found: exit status {done.status}\n{tail(done.error or done.output)}"
                )

    def save(self) -> None:
        """Keep the machines as they are, to come back to."""
        self._provider.save(MILESTONE)

    def restore(self, milestone: str = MILESTONE) -> None:
        """Bring the machines back to what was kept, and log in on each, as a student does: a login may load things."""
        self.close()
        self._provider.restore(milestone)
        self.carry_out({end.name: ("bash -lc true",) for end in self._provider.endpoints()})

    def restart(self) -> None:
        """Restart the machines, and wait until they let us in."""
        self.close()
        self._provider.reload()

    def close(self) -> None:
        """Let go of the machines."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _run(self, machine: str, script: str) -> CommandResult:
        return self._machines.run(Command(machine, script, COMMAND_SECONDS, "/bin/bash"), Purpose.ACT)

    @property
    def _machines(self) -> LiveConnection:
        if self._connection is None:
            self._provider.require_network()
            self._connection = connect(self._provider.endpoints(), self._provider.require_network)
        return self._connection

    def _labproof(self, name: str, arguments: list[str], seconds: float, latest: str = "") -> RunRecord:
        scratch, target = self._runs / f".{name}", self._runs / name
        shutil.rmtree(scratch, ignore_errors=True)
        if latest:
            scratch.mkdir(parents=True)
            (scratch / LATEST).symlink_to(self.folder(latest).resolve())
        status = warm.run(arguments, scratch / TERMINAL, {"LABPROOF_RUNS": str(scratch)}, stretched(seconds))
        # A regrade is not the latest run, but it is the only one here.
        written = next((p.parent for p in scratch.glob("*/result.json") if p.parent.name != LATEST), None)
        if written is None:
            said = tail((scratch / TERMINAL).read_text(encoding="utf-8", errors="replace"))
            raise LabError(f"expected a result of labproof {' '.join(arguments)}, found status {status}:\n{said}")
        shutil.rmtree(target, ignore_errors=True)
        written.rename(target)
        (scratch / TERMINAL).rename(target / TERMINAL)
        shutil.rmtree(scratch)
        return result.load(target / "result.json")

    def _looked_at(self, run: RunRecord) -> RunRecord:
        """Return a run with the sections that are looked at: it names the others too, as not come to."""
        if not self._sections:
            return run
        return replace(run, sections=tuple(section for section in run.sections if section.id in self._sections))


def _silent(_: str) -> None:
    """Say nothing: the proof tells its own stages."""
