"""A process that outlives a killed grader just long enough to take its probe Pods away.

The vigil waits on a pipe that the grader holds open. When that closes without a word the grader has died: then the
vigil becomes this one, which is told how to reach master.
"""

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import IO

from labproof.ground.errors import TransportError
from labproof.ground.fault import in_words
from labproof.ground.places import course_dir
from steps.pods import vigil

EVERY_SECONDS = 5.0
HEEDING_SECONDS = 10.0
SWEEPING_SECONDS = 60.0
"""How long a cluster that does not answer is tried again; the Pods themselves end after two minutes."""


class Sweeper:
    """The grader's side: start it before anything is made, dismiss it when all is taken away.

    Raises TransportError where it cannot be started: without it nothing may be made.
    """

    def __init__(self, machine: dict[str, object], namespace: str) -> None:
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", vigil.__file__],
                cwd=course_dir(),
                # By reference it could not be started while pytest changes this process's own: EFAULT.
                env=dict(os.environ),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            self._pipe().write(json.dumps({**machine, "namespace": namespace}).encode() + b"\n")
            self._pipe().flush()
        except OSError as problem:
            said = "the grader could not start what takes its probe Pods away should it die"
            raise TransportError(f"{said}: {in_words(problem)}") from problem

    def dismiss(self) -> None:
        """Tell it that there is nothing to do; one that does not heed is ended."""
        # It may have gone, or been told already.
        with contextlib.suppress(OSError, ValueError):
            self._pipe().write(vigil.DONE)
            self._pipe().close()
        try:
            self._process.wait(timeout=HEEDING_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def leave(self) -> None:
        """Leave the work to it: it begins at once, and goes on when the grader has ended."""
        self._pipe().close()
        # It is meant to outlive us; Python would warn of a process that nobody has waited for.
        self._process.returncode = 0

    def _pipe(self) -> IO[bytes]:
        assert self._process.stdin is not None
        return self._process.stdin


def main() -> None:
    """Sweep where the vigil says."""
    sweep(json.loads(sys.stdin.buffer.readline()))


def sweep(machine: dict[str, str]) -> None:
    """Delete the probe namespace through a connection of our own; try again for a while where that fails."""
    from labproof.connection.endpoint import Endpoint
    from labproof.ground.slowness import stretched
    from labproof.ground.wait import Deadline, poll
    from labproof.lab.machine import Machine, Phase
    from labproof.session.connecting import connect
    from steps.cluster.api import Cluster

    key = Path(machine["key_file"]) if machine["key_file"] else None
    name, address = machine["name"], machine["address"]
    end = Endpoint(name, address, machine["host"], int(machine["port"]), machine["user"], key, machine["password"])
    connection = connect([end], lambda: None)
    master = Machine(name, address, connection, Phase())
    cluster = Cluster(connection, master, Phase())

    def is_gone() -> bool:
        try:
            cluster.delete("/api/v1/namespaces/{}", machine["namespace"])
        except TransportError:
            return False
        return True

    poll(is_gone, bool, Deadline(stretched(SWEEPING_SECONDS)), every=EVERY_SECONDS)
    connection.close()


if __name__ == "__main__":
    main()
    os._exit(0)
