"""Deployments, DaemonSets and Services."""

from dataclasses import dataclass
from typing import Any

from labproof.kube import Cluster, Json
from labproof.probes import events
from labproof.untrusted import reads_objects


@dataclass(frozen=True)
class WorkloadState:
    """How far a rollout is; the rule is that of `kubectl rollout status` (v0.20.4, rollout_status.go)."""

    name: str
    exists: bool = False
    desired: int = 0
    updated: int = 0
    available: int = 0
    is_observed: bool = False
    trouble: str = ""

    @property
    def is_available(self) -> bool:
        """Tell whether the newest version runs everywhere it should, and that is somewhere."""
        return self.is_observed and self.desired >= 1 and self.updated >= self.desired <= self.available

    def __str__(self) -> str:
        if not self.exists:
            return f"{self.name} does not exist"
        trouble = f"; {self.trouble}" if self.trouble and not self.is_available else ""
        return f"{self.name}: {self.available} of {self.desired} available, {self.updated} up to date{trouble}"


@reads_objects
def deployment(cluster: Cluster, namespace: str, name: str) -> WorkloadState:
    """Read a Deployment and, where it is not available, what its Pods wait for."""
    found = cluster.read("/apis/apps/v1/namespaces/{}/deployments/{}", namespace, name)
    if found is None:
        return WorkloadState(name)
    status = found.get("status", {})
    state = WorkloadState(
        name=name,
        exists=True,
        desired=int(found["spec"].get("replicas", 1)),
        updated=int(status.get("updatedReplicas", 0)),
        available=int(min(status.get("availableReplicas", 0), status.get("updatedReplicas", 0))),
        is_observed=_is_observed(found) and status.get("replicas", 0) <= status.get("updatedReplicas", 0),
    )
    return state if state.is_available else _explained(cluster, namespace, found, state)


@reads_objects
def daemon_set(cluster: Cluster, namespace: str, name: str) -> WorkloadState:
    """Read a DaemonSet and, where it is not available, what its Pods wait for."""
    found = cluster.read("/apis/apps/v1/namespaces/{}/daemonsets/{}", namespace, name)
    if found is None:
        return WorkloadState(name)
    status = found.get("status", {})
    state = WorkloadState(
        name=name,
        exists=True,
        desired=int(status.get("desiredNumberScheduled", 0)),
        updated=int(status.get("updatedNumberScheduled", 0)),
        available=int(status.get("numberAvailable", 0)),
        is_observed=_is_observed(found),
    )
    return state if state.is_available else _explained(cluster, namespace, found, state)


def _is_observed(found: Json) -> bool:
    return bool(found.get("status", {}).get("observedGeneration", 0) >= found["metadata"].get("generation", 0))


def _explained(cluster: Cluster, namespace: str, found: Json, state: WorkloadState) -> WorkloadState:
    labels = found["spec"]["selector"].get("matchLabels", {})
    selector = ",".join(f"{k}={v}" for k, v in labels.items())
    pods = cluster.read("/api/v1/namespaces/{}/pods", namespace, labelSelector=selector) or {}
    waits = sorted({wait for pod in pods.get("items", []) for wait in waiting(pod)})
    names = {str(pod.get("metadata", {}).get("name")) for pod in pods.get("items", []) if not _is_ready(pod)}
    said = events.complaint(cluster, namespace, names) if names else ""
    trouble = "; ".join((*waits[:3], *([said] if said else []))) or ("" if pods.get("items") else "it has no Pods")
    return WorkloadState(
        state.name, state.exists, state.desired, state.updated, state.available, state.is_observed, trouble
    )


def waiting(pod: Json) -> list[str]:
    """Return what keeps a Pod from being ready, in the kubelet's and the scheduler's words."""
    status = pod.get("status", {})
    found = []
    for container in (*status.get("initContainerStatuses", []), *status.get("containerStatuses", [])):
        state: dict[str, Any] = container.get("state", {}).get("waiting") or {}
        if state:
            found.append(f"{container['name']}: {state.get('reason', '')} {state.get('message', '')}".strip()[:300])
    for condition in status.get("conditions", []):
        if condition["type"] == "PodScheduled" and condition["status"] != "True":
            found.append(str(condition.get("message", "not scheduled"))[:300])
    return found


@dataclass(frozen=True)
class ServiceState:
    """A Service's type and its first port."""

    name: str
    type: str | None = None
    port: int = 0
    node_port: int = 0

    def __str__(self) -> str:
        if self.type is None:
            return f"{self.name} does not exist"
        return (
            f"{self.name} is of type {self.type}, {f'node port {self.node_port}' if self.node_port else 'no node port'}"
        )


@reads_objects
def service(cluster: Cluster, namespace: str, name: str) -> ServiceState:
    """Read a Service."""
    found = cluster.read("/api/v1/namespaces/{}/services/{}", namespace, name)
    if found is None:
        return ServiceState(name)
    port = (found["spec"].get("ports") or [{}])[0]
    return ServiceState(name, str(found["spec"]["type"]), int(port.get("port", 0)), int(port.get("nodePort", 0)))


@dataclass(frozen=True)
class Origin:
    """Who made a Deployment, by what the API keeps of it."""

    exists: bool
    managers: tuple[str, ...] = ()
    has_form_labels: bool = False
    was_applied: bool = False

    def __str__(self) -> str:
        if not self.exists:
            return "it does not exist"
        labels = "with" if self.has_form_labels else "without"
        applied = ", applied by kubectl" if self.was_applied else ""
        return f"made by {', '.join(self.managers) or 'somebody unknown'}, {labels} the form's k8s-app label{applied}"


@reads_objects
def origin(cluster: Cluster, namespace: str, name: str) -> Origin:
    """Read who made a Deployment."""
    found = cluster.read("/apis/apps/v1/namespaces/{}/deployments/{}", namespace, name)
    if found is None:
        return Origin(False)
    metadata, spec = found["metadata"], found["spec"]
    places = (
        metadata.get("labels", {}),
        spec["selector"].get("matchLabels", {}),
        spec["template"]["metadata"].get("labels", {}),
    )
    managers = [str(m.get("manager", "")) for m in metadata.get("managedFields", [])]
    return Origin(
        exists=True,
        managers=tuple(sorted({m for m in managers if m and m != "kube-controller-manager"})),
        has_form_labels=all(labels.get("k8s-app") == name for labels in places),
        was_applied="kubectl.kubernetes.io/last-applied-configuration" in metadata.get("annotations", {}),
    )


@reads_objects
def on_node(cluster: Cluster, node: str, names: tuple[str, ...]) -> dict[str, str]:
    """Return how the Pod of each system workload is on one node; `names` are values of the label k8s-app."""
    found = cluster.read("/api/v1/namespaces/{}/pods", "kube-system", fieldSelector=f"spec.nodeName={node}")
    states = dict.fromkeys(names, "absent")
    for pod in (found or {}).get("items", []):
        name = pod["metadata"].get("labels", {}).get("k8s-app", "")
        if name in states:
            states[name] = "ready" if _is_ready(pod) else "; ".join(waiting(pod)) or _unready(pod)
    return states


def _is_ready(pod: Json) -> bool:
    return any(c["type"] == "Ready" and c["status"] == "True" for c in pod.get("status", {}).get("conditions", []))


def _unready(pod: Json) -> str:
    return f"{pod.get('status', {}).get('phase', 'unknown')}, not ready"
