"""Units of work on an existing Dask cluster: the door to `distributed`."""

import contextlib
import os
import shutil
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labproof.classes import assignment, outcome, unit
from labproof.classes.outcome import Graded
from labproof.classes.register import State
from labproof.classes.running import RUNS, TERMINAL, Order
from labproof.classes.unit import Unit
from labproof.ground.errors import ConfigError, LabError
from labproof.ground.wait import Deadline
from labproof.records.headway import Headway

CONNECT_SECONDS = 10.0
_PASSED_ON = ("LAB_PROFILE", "LABPROOF_COURSE")
_INSTALL = "pip install 'labproof[cluster]' here and on the workers"


class Cluster:
    """A Dask cluster that somebody runs; use it as a context manager. It is left as it was."""

    def __init__(self, address: str) -> None:
        """Raise ConfigError where the library is missing or no scheduler answers at the address."""
        try:
            from distributed import Client
        except ImportError:
            raise ConfigError([f"--scheduler: the library distributed is not installed; {_INSTALL}"]) from None
        try:
            client: Any = Client
            self.client: Any = client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError, TypeError) as problem:
            fix = "name one that runs, such as tls://host:8786"
            raise ConfigError([f"--scheduler: no scheduler answers at {address!r} ({problem}); {fix}"]) from None

    def __enter__(self) -> "Cluster":
        return self

    def __exit__(self, *_: object) -> None:
        # A scheduler that has gone meanwhile needs no goodbye.
        with contextlib.suppress(Exception):
            self.client.close(timeout=5)

    @property
    def threads(self) -> int:
        """Return how many units its workers do at once; one at least, for they may still come."""
        return max(1, int(sum(self.client.nthreads().values())))

    @property
    def is_lost(self) -> bool:
        """Tell whether the scheduler has gone."""
        return self.client.status in ("closed", "closing")


class Remote:
    """A unit of work on the cluster, with the ways that a process of this computer has."""

    def __init__(self, cluster: Cluster, work: Unit) -> None:
        self._cluster = cluster
        # Sockets, not bare numbers: word that comes late must not go into a file that has the number by then.
        self._ready, self._tell = socket.socketpair()
        self._is_asked = False
        # A name of its own: Dask takes the same question for answered.
        self.future: Any = cluster.client.submit(unit.grade, work, pure=False, retries=0)
        self.future.add_done_callback(self._done)

    def _done(self, future: object) -> None:
        with contextlib.suppress(OSError):
            self._tell.send(b".")

    @property
    def is_alive(self) -> bool:
        """Tell whether it is still to be waited for; a cluster that was lost answers nothing any more."""
        return not (self._is_asked or self.future.done() or self._cluster.is_lost)

    @property
    def status(self) -> int:
        """Return 0: how the process on the worker ended stands in what it returns."""
        return 0

    @property
    def sentinel(self) -> int:
        """Return what becomes ready when it has ended."""
        return self._ready.fileno()

    def ask_to_end(self) -> None:
        """Take it back: what a worker has begun ends with its own deadline."""
        self._is_asked = True
        with contextlib.suppress(Exception):
            self.future.cancel(force=True)

    def kill(self) -> None:
        """Take it back, and let go of it."""
        if self.is_alive:
            self.ask_to_end()
        for end in (self._ready, self._tell):
            end.close()

    def join(self, seconds: float) -> None:
        """Do nothing: what was taken back is not waited for."""

    def result(self) -> unit.Done:
        """Return what it has left. Raises LabError with why there is nothing."""
        if self._is_asked:
            raise LabError("it was taken back")
        if self._cluster.is_lost or self.future.cancelled():
            raise LabError("the scheduler has gone; --resume goes on from here")
        try:
            done = self.future.result(timeout=CONNECT_SECONDS)
        except Exception as problem:
            # Whatever has happened on a worker comes back as what it was there.
            raise LabError(f"the cluster could not do it: {type(problem).__name__}: {problem}") from problem
        if not isinstance(done, unit.Done):
            raise LabError(f"the worker has another Labproof: it returned {type(done).__name__}; {_INSTALL}")
        return done


@dataclass(frozen=True)
class ClusterGrader:
    """How every lab of a class is graded on a cluster: results go to this computer, as if it had graded them."""

    out: Path
    rubric: Path | None
    seconds: float
    cluster: Cluster

    def start(self, order: Order) -> "ClusterRun":
        """Hand the lab of a student to the cluster. Raises OSError where a key or an earlier run cannot be read."""
        folder = self.out / order.student.id
        folder.mkdir(parents=True, exist_ok=True)
        inventory, keys = assignment.packed(order.student.inventory)
        base = folder / RUNS / order.base
        work = Unit(
            inventory,
            keys,
            self.seconds,
            self.rubric.read_bytes() if self.rubric else None,
            _packed_run(base) if order.base else b"",
            order.base,
            {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
            | {"LABPROOF_STUDENT": order.student.id},
        )
        before = outcome.runs_in(folder / RUNS)
        return ClusterRun(order, folder, Remote(self.cluster, work), before, Deadline(self.seconds), self.seconds)


def _packed_run(folder: Path) -> bytes:
    """Return a run that stands in a folder of its own name, as `--undetermined` looks for it."""
    with tempfile.TemporaryDirectory() as place:
        shutil.copytree(folder, Path(place) / folder.name)
        return unit.pack(Path(place))


@dataclass
class ClusterRun:
    """The grading of one lab on a cluster; its deadline is kept by the worker, for it may stand in a queue here."""

    order: Order
    folder: Path
    command: Remote
    before: set[str]
    deadline: Deadline
    seconds: float

    @property
    def headway(self) -> Headway:
        """Return where it is: a worker tells no more before it has ended."""
        return Headway("on the cluster")

    def keep_time(self) -> None:
        """Do nothing: the worker keeps it."""

    def result(self) -> Graded:
        """Return what the grading has come to, once it has ended."""
        try:
            done = self.command.result()
            unit.unpack(done.folder, self.folder)
        except LabError as problem:
            return Graded(State.BROKEN, None, str(problem))
        finally:
            self.command.kill()
            # What the scheduler holds of it can go.
            self.command.future.release()
        late = f"not done within {self.seconds:g} s" if done.is_late else ""
        return outcome.judge(self.folder / RUNS, self.before, done.status, self.folder / TERMINAL, late)
