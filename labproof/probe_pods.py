"""Pods of our own that look at the cluster from inside: in one namespace, short-lived, gone afterwards.

What a Pod has seen is its termination message: bounded by the kubelet to 4 KiB, and part of its status.
"""

import contextlib
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from labproof.ahead import Ahead
from labproof.errors import TransportError
from labproof.kube import ApiProblem, Cluster, Json
from labproof.probes.workload import waiting
from labproof.sweeper import Sweeper
from labproof.wait import Clock, Deadline, poll

NAMESPACE_PREFIX = "labproof-probe-"
SECONDS = 20.0
SERVICE = "kubernetes.default.svc.cluster.local"
_LIFETIME_SECONDS = 120
_GREETING = "exec 3<>/dev/tcp/$PEER/80; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; head -c 2000 <&3"


@dataclass(frozen=True)
class PodReport:
    """What became of a probe Pod: where it ran, its address, and what it saw."""

    phase: str
    node: str = ""
    address: str = ""
    saw: str = ""
    trouble: str = ""

    @property
    def is_done(self) -> bool:
        """Tell whether the Pod has ended, well or badly."""
        return self.phase in ("Succeeded", "Failed")

    def __str__(self) -> str:
        where = f"on {self.node} with address {self.address or 'none'}"
        if self.phase == "Succeeded":
            return f"a Pod {where} saw: {self.saw.strip()[:200] or 'nothing'}"
        return f"a Pod {where} is {self.phase}: {(self.trouble or self.saw or 'no reason given').strip()[:300]}"


class ProbePods:
    """Makes probe Pods and reads what they saw; `image` needs bash, head and getent."""

    def __init__(
        self,
        cluster: Cluster,
        image: str,
        ahead: Ahead,
        clock: Clock | None = None,
        start_sweeper: Callable[[str], Sweeper] | None = None,
    ) -> None:
        self._cluster = cluster
        self._image = image
        self._ahead = ahead
        self._clock = clock or Clock()
        self._start_sweeper = start_sweeper
        self._sweeper: Sweeper | None = None
        self._is_open = False
        self.namespace = f"{NAMESPACE_PREFIX}{secrets.token_hex(3)}"
        """Each grading has a namespace of its own: two may look at one cluster at the same time."""
        self._lock = threading.Lock()

    def begin_ahead(self, first: str, second: str) -> None:
        """Begin every look that grading a finished cluster will ask for: each takes a second or two."""
        self._ahead.begin("greet", lambda: self._greet(second, first, SECONDS))
        self._ahead.begin("address", lambda: self._address(first))
        self._ahead.begin("resolve", lambda: self._resolve(first, SERVICE))

    def look(self, name: str, node: str, script: str, seconds: float, **environment: str) -> PodReport:
        """Run a script in a Pod on a node and return what it saw; `seconds` bound the whole look."""
        deadline = Deadline(seconds, self._clock)
        self._open(deadline)
        try:
            self._create(_pod(name, node, self._image, script, environment), deadline)
            return poll(lambda: self._report(name), lambda r: r.is_done, deadline, every=0.3).value
        finally:
            self._delete(name)

    def address(self, node: str) -> str:
        """Return the address that a Pod on a node gets, or what keeps it from running."""
        return str(self._ahead.take("address", lambda: self._address(node)))

    def resolve(self, node: str) -> str:
        """Return the address that a Pod on a node finds for the API's Service, or what it saw instead."""
        return str(self._ahead.take("resolve", lambda: self._resolve(node, SERVICE)))

    def greet(self, server_node: str, client_node: str) -> PodReport:
        """Have a Pod on one node fetch the page of a Pod on the other, by that Pod's own address."""
        report = self._ahead.take("greet", lambda: self._greet(server_node, client_node, 2 * SECONDS))
        assert isinstance(report, PodReport)
        return report

    def _address(self, node: str) -> str:
        report = self.look("address", node, "hostname -I", SECONDS)
        return report.address if report.phase == "Succeeded" else str(report)

    def _resolve(self, node: str, name: str) -> str:
        report = self.look("names", node, f"getent ahostsv4 {name}", SECONDS)
        return report.saw.split()[0] if report.phase == "Succeeded" and report.saw.split() else str(report)

    def _greet(self, server_node: str, client_node: str, seconds: float) -> PodReport:
        deadline = Deadline(seconds, self._clock)
        self._open(deadline)
        try:
            self._create(_pod("server", server_node, self._image, "", {}), deadline)
            server = poll(
                lambda: self._report("server"), lambda r: r.phase == "Running" and bool(r.address), deadline, every=0.3
            )
            if not server.is_met:
                return server.value
            script = f"for i in 1 2 3 4 5 6 7 8 9 10; do ({_GREETING}) && exit 0; read -t 0.5 <> <(:); done; exit 1"
            return self.look("client", client_node, script, deadline.remaining, PEER=server.value.address)
        finally:
            self._delete("server")

    def close(self) -> None:
        """Take the namespace away with everything in it; what cannot be reached is left to the sweeper."""
        self._ahead.close()
        if not self._is_open:
            return
        self._is_open = False
        with contextlib.suppress(TransportError):
            self._cluster.read(self._cluster.core().delete_namespace, self.namespace)
            if self._sweeper is not None:
                self._sweeper.dismiss()

    def _open(self, deadline: Deadline) -> None:
        with self._lock:
            if not self._is_open:
                self._open_namespace(deadline)

    def _open_namespace(self, deadline: Deadline) -> None:
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace}}

        def create() -> str:
            try:
                self._cluster.read(self._cluster.core().create_namespace, namespace)
            except ApiProblem as problem:
                return "" if problem.status == 409 and self._namespace_phase() == "Active" else str(problem)
            return ""

        if self._start_sweeper is not None and self._sweeper is None:
            self._sweeper = self._start_sweeper(self.namespace)
        ended = poll(create, lambda problem: not problem, deadline, every=0.5)
        if not ended.is_met:
            raise ApiProblem(
                409, f"the namespace {self.namespace} of an earlier run is still going away: {ended.value}"
            )
        self._is_open = True

    def _namespace_phase(self) -> str:
        found = self._cluster.read(self._cluster.core().read_namespace, self.namespace)
        return str((found or {}).get("status", {}).get("phase", ""))

    def _create(self, pod: Json, deadline: Deadline) -> None:
        """Create a Pod; a namespace that is seconds old may not have its service account yet."""

        def create() -> str:
            try:
                self._cluster.read(self._cluster.core().create_namespaced_pod, self.namespace, pod)
            except ApiProblem as problem:
                if problem.status == 409:
                    self._delete(pod["metadata"]["name"])
                return str(problem)
            return ""

        ended = poll(create, lambda problem: not problem, deadline, every=0.3)
        if not ended.is_met:
            raise ApiProblem(403, f"a probe Pod could not be made: {ended.value}")

    def _report(self, name: str) -> PodReport:
        pod = self._cluster.read(self._cluster.core().read_namespaced_pod, name, self.namespace)
        return PodReport("gone") if pod is None else parse(pod)

    def _delete(self, name: str) -> None:
        self._cluster.read(self._cluster.core().delete_namespaced_pod, name, self.namespace, grace_period_seconds=0)


def parse(pod: Json) -> PodReport:
    """Return what a Pod's status says."""
    status = pod.get("status", {})
    containers = status.get("containerStatuses") or [{}]
    ended = containers[0].get("state", {}).get("terminated") or {}
    return PodReport(
        phase=str(status.get("phase", "unknown")),
        node=str(pod["spec"].get("nodeName", "")),
        address=str(status.get("podIP", "")),
        saw=str(ended.get("message", "")),
        trouble="; ".join(waiting(pod)) or str(status.get("message", "")),
    )


def _pod(name: str, node: str, image: str, script: str, environment: dict[str, str]) -> Json:
    container: dict[str, Any] = {
        "name": "probe",
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "env": [{"name": key, "value": value} for key, value in environment.items()],
    }
    if script:
        container["command"] = ["/bin/bash", "-c", f"{{ {script}; }} >/dev/termination-log 2>&1"]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app.kubernetes.io/managed-by": "labproof"}},
        "spec": {
            "nodeName": node,
            "restartPolicy": "Never",
            "activeDeadlineSeconds": _LIFETIME_SECONDS,
            "terminationGracePeriodSeconds": 0,
            "automountServiceAccountToken": False,
            "tolerations": [{"operator": "Exists"}],
            "containers": [container],
        },
    }
