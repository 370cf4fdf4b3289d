"""The door to python-vagrant: its commands logged, its swallowed errors raised as ours."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from labproof.connection.endpoint import Endpoint
from labproof.ground.errors import ProvisionError
from labproof.ground.places import Progress, engine_dir
from labproof.ground.wait import Deadline, wait_until
from labproof.host import table
from labproof.host.command import run_checked, tail
from vagrant import Vagrant as PythonVagrant

LOGGED_LINES = 25
ORPHAN_SECONDS = 180.0
LANGUAGE = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
"""macOS has had no C.UTF-8 for long, and Ruby takes what it does not know for ASCII."""


@dataclass(frozen=True)
class Vagrant:
    """Vagrant on the course's Vagrantfile, with settings and a log of its own. `state` is Vagrant's data folder."""

    state: Path
    log: Path
    settings: Mapping[str, str]

    def up(self, provider: str) -> None:
        """Bring every machine up. Raises ProvisionError with the end of the log."""
        with self._mapped(f"vagrant up --provider={provider}"):
            self._door().up(provider=provider)

    def wait_for_earlier(self, progress: Progress) -> None:
        """Let a Vagrant end that works on these machines for a run that was killed."""
        if self._is_busy():
            progress("waiting for Vagrant, which an earlier run has left at work")
            wait_until(self._is_busy, lambda busy: not busy, Deadline(ORPHAN_SECONDS), "the earlier Vagrant to end")

    def destroy(self) -> None:
        """Take every machine away."""
        with self._mapped("vagrant destroy"):
            self._door().destroy()

    def reload(self, machine: str | None) -> None:
        """Restart a machine, or all of them, without provisioning."""
        with self._mapped("vagrant reload"):
            self._door().reload(vm_name=machine, provision=False)

    def states(self) -> dict[str, str]:
        """Return each machine's state by its name, in Vagrant's words."""
        with self._mapped("vagrant status"):
            found = {status.name: status.state for status in self._door().status()}
        if not found:
            # An empty answer is what a failed status looks like.
            raise ProvisionError(f"vagrant status named no machine\n{self._end()}\n  log: {self.log}")
        return found

    def endpoint(self, machine: str, address: str, user: str, key_file: Path, password: str) -> Endpoint:
        """Return how a machine is reached, from one `vagrant ssh-config`, as another user with another key."""
        with self._mapped(f"vagrant ssh-config {machine}"):
            options = parse_ssh_config(self._door().ssh_config(vm_name=machine))
        try:
            host, port = options["HostName"], int(options["Port"])
        except KeyError as missing:
            raise ProvisionError(
                f"expected vagrant ssh-config to say how {machine} is reached, found no {missing}\n{self._end()}\n"
                f"  try: labproof up"
            ) from missing
        return Endpoint(machine, address, host, port, user, key_file, password)

    def run(self, *arguments: str, seconds: float) -> str:
        """Run a command that python-vagrant lacks, such as a snapshot of one machine."""
        argv = ["vagrant", *arguments]
        return run_checked(argv, seconds=seconds, error=ProvisionError, env=self._environment(), cwd=self._root())

    def note(self, text: str) -> None:
        """Write a line of ours into the log of what Vagrant said; a full disk keeps nobody from going on."""
        with suppress(OSError):
            self.log.parent.mkdir(parents=True, exist_ok=True)
            with self.log.open("a", encoding="utf-8") as stream:
                stream.write(f"{text}\n")

    def _is_busy(self) -> bool:
        mark = f"VAGRANT_DOTFILE_PATH={self.state}".encode()
        return any(mark in environment.split(b"\0") for environment in _environments())

    def _door(self) -> Any:
        # A new one for each command: it would remember the ssh settings of machines that are gone. It has no types.
        door: Any = PythonVagrant
        return door(
            root=str(self._root()), env={**os.environ, **self._environment()}, out_cm=self._logged, err_cm=self._logged
        )

    def _root(self) -> Path:
        return engine_dir() / "vagrant"

    def _environment(self) -> dict[str, str]:
        # No word to Vagrant's makers about new versions, and the same language on every computer.
        own = {"VAGRANT_CHECKPOINT_DISABLE": "1", "VAGRANT_DOTFILE_PATH": str(self.state), "LC_ALL": LANGUAGE}
        own["LABPROOF_MACHINES"] = str(table.path())
        return {**own, **self.settings}

    @contextmanager
    def _logged(self) -> Iterator[IO[bytes]]:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as stream:
            yield stream

    @contextmanager
    def _mapped(self, what: str) -> Iterator[None]:
        deadline = Deadline(0)
        try:
            yield
        except subprocess.CalledProcessError as failed:
            raise ProvisionError(
                f"{what} failed with exit status {failed.returncode} after {deadline.elapsed:.0f} s\n{self._end()}\n"
                f"  log: {self.log}\n  try: labproof down, then labproof up"
            ) from failed
        except (OSError, RuntimeError) as problem:
            # python-vagrant raises RuntimeError where there is no vagrant.
            raise ProvisionError(f"{what}: {problem}\n  try: install Vagrant") from problem

    def _end(self) -> str:
        return (
            tail(self.log.read_text(encoding="utf-8", errors="replace"), LOGGED_LINES)
            if self.log.exists()
            else "  (no log)"
        )


def _environments() -> Iterator[bytes]:
    """Return the environments of all processes but our own."""
    for path in Path("/proc").glob("[0-9]*/environ"):
        if path.parent.name != str(os.getpid()):
            try:
                yield path.read_bytes()
            except OSError:
                # It has ended meanwhile, or is somebody else's.
                continue


def parse_ssh_config(text: str) -> dict[str, str]:
    """Return the options of the one host that an ssh configuration describes."""
    pairs = (line.split(None, 1) for line in text.splitlines() if line.strip())
    return {pair[0]: pair[1].strip().strip('"') for pair in pairs if len(pair) == 2}
