"""The namespace that probe Pods are made in: opened with the first of them, and gone with the last."""

import contextlib
import secrets
from collections.abc import Callable

from labproof.ground.errors import LabError, NoCluster, TransportError
from labproof.ground.slowness import stretched
from labproof.ground.wait import Clock, Deadline, Waited, poll
from steps.cluster.api import ApiProblem, Cluster, Json
from steps.pods.sweeper import Sweeper

PREFIX = "labproof-probe-"
READY_SECONDS = 60.0
"""How long a namespace may take to be ready for Pods, in seconds: its account comes from a controller, which comes
back some time after an API that was restarted."""

AGAIN_SECONDS = 20.0
"""How long it may take, in seconds, once it was waited for in vain."""

_EVERY_SECONDS = 0.15


class ProbeNamespace:
    """A namespace of one grading's own: two may look at one cluster at the same time."""

    def __init__(self, cluster: Cluster, clock: Clock, start_sweeper: Callable[[str], Sweeper] | None) -> None:
        self.name = f"{PREFIX}{secrets.token_hex(3)}"
        self._cluster = cluster
        self._clock = clock
        self._start_sweeper = start_sweeper
        self._sweeper: Sweeper | None = None
        self._is_open = False
        self._ready_seconds = READY_SECONDS

    def create(self, pod: Json) -> None:
        """Create a Pod as its owner would: again and again until its namespace has an account, and the API a leader.

        Raises TransportError with what kept us from it.
        """
        deadline = Deadline(stretched(self._ready_seconds), self._clock)
        self._open(deadline)

        def create() -> str:
            try:
                self._cluster.create("/api/v1/namespaces/{}/pods", self.name, body=pod)
            except ApiProblem as problem:
                if problem.status == 409:
                    self.delete(pod["metadata"]["name"])
                return str(problem)
            return ""

        ended = poll(create, lambda problem: not problem, deadline, every=_EVERY_SECONDS)
        if not ended.is_met:
            raise self._hopeless("a probe Pod could not be made", ended)

    def delete(self, pod: str) -> None:
        """Take a Pod away at once."""
        self._cluster.delete("/api/v1/namespaces/{}/pods/{}", self.name, pod, gracePeriodSeconds="0")

    def close(self) -> None:
        """Take the namespace away with everything in it; what fails here is left to the sweeper."""
        sweeper, is_open = self._sweeper, self._is_open
        self._is_open, self._sweeper = False, None
        # Not only where it was seen to be made: an answer that is lost, or cannot be written down, may come after.
        if not (is_open or sweeper):
            return
        try:
            with contextlib.suppress(NoCluster):
                self._cluster.delete("/api/v1/namespaces/{}", self.name)
        except LabError:
            if sweeper is not None:
                sweeper.leave()
        else:
            if sweeper is not None:
                sweeper.dismiss()

    def _open(self, deadline: Deadline) -> None:
        if self._is_open:
            return
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.name}}

        def create() -> str:
            try:
                self._cluster.create("/api/v1/namespaces", body=namespace)
            except ApiProblem as problem:
                return "" if problem.status == 409 and self._phase() == "Active" else str(problem)
            return ""

        if self._start_sweeper is not None and self._sweeper is None:
            self._sweeper = self._start_sweeper(self.name)
        ended = poll(create, lambda problem: not problem, deadline, every=0.5)
        if not ended.is_met:
            raise self._hopeless(f"the namespace {self.name} could not be made", ended)
        self._is_open = True

    def _phase(self) -> str:
        found = self._cluster.read("/api/v1/namespaces/{}", self.name)
        return str((found or {}).get("status", {}).get("phase", ""))

    def _hopeless(self, what: str, ended: Waited[str]) -> TransportError:
        """Return what kept us from making something; who wants it next does not wait that long again."""
        self._ready_seconds = AGAIN_SECONDS
        return TransportError(f"{what} within {ended.seconds:.0f} s ({ended.looks} tries): {ended.value}")
