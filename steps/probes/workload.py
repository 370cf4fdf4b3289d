"""Deployments, DaemonSets and Services."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from labproof.ground.untrusted import reads_objects
from steps.cluster import events
from steps.cluster.api import Cluster, Json
from steps.cluster.cause import cause
from steps.probes import container_log, steadiness

CALICO_OPERATORS = "calico-system"
"""The namespace that Calico's operator puts it into (v3.18.6 quickstart.md)."""
_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_HTTP = 80
_WAITS_FOR_OTHERS = ("PodInitializing", "ContainerCreating")


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
    older: int = 0
    unsteady: str = ""
    """Why its Pods cannot be taken for up though they are at the moment: they were only just started again."""
    images: tuple[str, ...] = ()
    """What its Pods are made of; read of a DaemonSet only."""

    @property
    def is_available(self) -> bool:
        """Tell whether the newest version runs everywhere it should, and that is somewhere."""
        is_complete = self.desired >= 1 and self.updated >= self.desired <= self.available
        return self.is_observed and is_complete and not self.unsteady

    def __str__(self) -> str:
        if not self.exists:
            return "; ".join(filter(None, (f"{self.name} does not exist", self.trouble)))
        older = f"{self.older} of an older version still there" if self.older else ""
        reasons = () if self.is_available else (older, self.unsteady, self.trouble)
        counts = f"{self.name}: {self.available} of {self.desired} available, {self.updated} up to date"
        return "; ".join(filter(None, (counts, *reasons)))


@reads_objects
def deployment(cluster: Cluster, namespace: str, name: str) -> WorkloadState:
    """Read a Deployment, whether its Pods stay up and, where it is not available, what they wait for."""
    found = cluster.read("/apis/apps/v1/namespaces/{}/deployments/{}", namespace, name)
    if found is None:
        return WorkloadState(name)
    status = found.get("status", {})
    updated = int(status.get("updatedReplicas", 0))
    # Pods of an older version stay until new ones are available: as many of the available ones are theirs.
    older = max(0, int(status.get("replicas", 0)) - updated)
    state = WorkloadState(
        name=name,
        exists=True,
        desired=int(found["spec"].get("replicas", 1)),
        updated=updated,
        available=max(0, int(min(status.get("availableReplicas", 0) - older, updated))),
        older=older,
        is_observed=_is_observed(found) and not older,
    )
    if state.is_available and not steadiness.has_faltered(found):
        return state
    pods = _pods(cluster, namespace, found)
    if not state.is_available:
        return _explained(cluster, namespace, pods, state, _cannot_make(found))
    unsteady = steadiness.unsteady(cluster, pods)
    return _explained(cluster, namespace, pods, replace(state, unsteady=unsteady)) if unsteady else state


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
        images=_images(found),
    )
    if state.is_available:
        return state
    pods = _pods(cluster, namespace, found)
    refused = "" if pods or not state.desired else events.refusal(cluster, namespace, "DaemonSet", name)
    return _explained(cluster, namespace, pods, state, refused)


def _cannot_make(found: Json) -> str:
    """Return why the Pods of a Deployment cannot be made, as its controller notes it (1.20, ReplicaFailure)."""
    failures = [c for c in found.get("status", {}).get("conditions") or [] if c.get("type") == "ReplicaFailure"]
    return next((cause(str(c.get("message") or "")) for c in failures if c.get("status") == "True"), "")


def _is_observed(found: Json) -> bool:
    return bool(found.get("status", {}).get("observedGeneration", 0) >= found["metadata"].get("generation", 0))


def _images(found: Json) -> tuple[str, ...]:
    pod = found["spec"].get("template", {}).get("spec") or {}
    return tuple(str(c.get("image", "")) for kind in ("initContainers", "containers") for c in pod.get(kind) or [])


def _pods(cluster: Cluster, namespace: str, found: Json) -> list[Json]:
    labels = found["spec"]["selector"].get("matchLabels", {})
    selector = ",".join(f"{k}={v}" for k, v in labels.items())
    listed = cluster.read("/api/v1/namespaces/{}/pods", namespace, labelSelector=selector) or {}
    pods: list[Json] = listed.get("items", [])
    return pods


def _explained(
    cluster: Cluster, namespace: str, pods: list[Json], state: WorkloadState, refused: str = ""
) -> WorkloadState:
    missing = f"no Pod can be made: {refused}" if refused else "" if pods else "it has no Pods"
    return replace(state, trouble="; ".join(filter(None, (trouble(cluster, namespace, pods), missing))))


def trouble(cluster: Cluster, namespace: str, pods: list[Json]) -> str:
    """Return why Pods are not ready: what they wait for, the last words of one that broke, the newest warning."""
    pods = [pod for pod in pods if not _is_past(pod)] or pods
    unready = [pod for pod in pods if not _is_ready(pod)]
    waits = telling(wait for pod in pods for wait in waiting(pod))
    broken = next((said for pod in unready if (said := container_log.last_words(cluster, namespace, pod))), "")
    said = events.complaint(cluster, namespace, unready) if unready else ""
    if waits and said.startswith(("BackOff: ", "Error: ")):
        said = ""
    return "; ".join(filter(None, (*(_unless_said(wait, said) for wait in waits[:3]), broken, said)))


def _unless_said(wait: str, said: str) -> str:
    """Return what a container waits for, without the words that the newest warning ends with as well."""
    reason = " ".join(wait.split(" ")[:2])
    words = wait[len(reason) + 1 :]
    return reason if words and said.endswith(words) else wait


def telling(waits: Iterable[str]) -> list[str]:
    """Return each wait once, those that only wait for the others last, and left out where another explains them."""
    found = sorted(set(waits))
    explaining = [wait for wait in found if not any(reason in wait for reason in _WAITS_FOR_OTHERS)]
    return explaining or found


def waiting(pod: Json) -> list[str]:
    """Return what keeps a Pod from being ready, in the kubelet's and the scheduler's words."""
    status = pod.get("status", {})
    found = []
    for container in (*status.get("initContainerStatuses", []), *status.get("containerStatuses", [])):
        state: dict[str, Any] = container.get("state", {})
        if wait := state.get("waiting"):
            found.append(
                f"{container['name']}: {wait.get('reason', '')} {cause(str(wait.get('message') or ''))}".strip()
            )
        elif ended := (state.get("terminated") or {}).get("exitCode"):
            found.append(f"{container['name']}: ended with exit status {ended}")
    if status.get("phase") == "Failed" and status.get("reason"):
        # A Pod that was evicted, or that its node would not take, has no containers to tell of.
        found.append(f"{status['reason']}: {cause(str(status.get('message') or ''))}")
    for condition in status.get("conditions", []):
        if condition["type"] == "PodScheduled" and condition["status"] != "True":
            found.append(cause(str(condition.get("message", "not scheduled"))))
    return found


@dataclass(frozen=True)
class ServiceState:
    """A Service's type and its port: port 80 where it has one, and otherwise its first."""

    name: str
    type: str | None = None
    port: int = 0
    node_port: int = 0
    other_node_ports: tuple[int, ...] = ()

    def __str__(self) -> str:
        if self.type is None:
            return f"{self.name} does not exist"
        ports = ", ".join(str(port) for port in (self.node_port, *self.other_node_ports) if port)
        return f"{self.name} is of type {self.type}, {f'node port {ports}' if ports else 'no node port'}"


@reads_objects
def service(cluster: Cluster, namespace: str, name: str) -> ServiceState:
    """Read a Service."""
    found = cluster.read("/api/v1/namespaces/{}/services/{}", namespace, name)
    if found is None:
        return ServiceState(name)
    ports = found["spec"].get("ports") or [{}]
    main = next((port for port in ports if port.get("port") == _HTTP), ports[0])
    others = tuple(int(port["nodePort"]) for port in ports if port is not main and port.get("nodePort"))
    return ServiceState(
        name, str(found["spec"]["type"]), int(main.get("port", 0)), int(main.get("nodePort", 0)), others
    )


@dataclass(frozen=True)
class Origin:
    """Who made a Deployment, by what the API keeps of it."""

    exists: bool
    creators: tuple[str, ...] = ()
    has_form_labels: bool = False
    traces: tuple[str, ...] = ()
    """What else speaks for the form; it is shown and not judged."""

    def __str__(self) -> str:
        if not self.exists:
            return "it does not exist"
        labels = "with" if self.has_form_labels else "without"
        traces = f" (as the form does: {', '.join(self.traces)})" if self.traces else ""
        return f"made by {', '.join(self.creators) or 'somebody unknown'}, {labels} the form's k8s-app label{traces}"


@reads_objects
def origin(cluster: Cluster, namespace: str, name: str) -> Origin:
    """Read who made a Deployment: its selector cannot be changed, so who owns that field has created it."""
    found = cluster.read("/apis/apps/v1/namespaces/{}/deployments/{}", namespace, name)
    if found is None:
        return Origin(False)
    metadata, spec = found["metadata"], found["spec"]
    places = (
        metadata.get("labels", {}),
        spec["selector"].get("matchLabels", {}),
        spec["template"]["metadata"].get("labels", {}),
    )
    owners = [str(m.get("manager", "")) for m in metadata.get("managedFields", []) if _owns_selector(m)]
    return Origin(
        exists=True,
        creators=tuple(sorted(set(filter(None, owners)))),
        has_form_labels=all(labels.get("k8s-app") == name for labels in places),
        traces=_traces(found, name),
    )


def _traces(found: Json, name: str) -> tuple[str, ...]:
    """Return what the form leaves in a Deployment beside its label (dashboard v2.2.0, deployment/deploy.go)."""
    containers = (found["spec"]["template"].get("spec") or {}).get("containers") or []
    says = {
        "the container has the app's name": any(c.get("name") == name for c in containers),
        "privileged: false stands there outright": any(
            (c.get("securityContext") or {}).get("privileged") is False for c in containers
        ),
        "no manifest was applied": _APPLIED not in (found["metadata"].get("annotations") or {}),
    }
    return tuple(said for said, is_so in says.items() if is_so)


def _owns_selector(manager: Json) -> bool:
    return "f:selector" in ((manager.get("fieldsV1") or {}).get("f:spec") or {})


@reads_objects
def on_node(cluster: Cluster, node: str, names: tuple[str, ...]) -> dict[str, str]:
    """Return how the Pod of each system workload is on one node; `names` are values of the label k8s-app."""
    states = dict.fromkeys(names, "absent")
    for namespace in ("kube-system", CALICO_OPERATORS):
        if "absent" in states.values():
            _add_states(states, cluster, namespace, node)
    return states


def _add_states(states: dict[str, str], cluster: Cluster, namespace: str, node: str) -> None:
    found = cluster.read("/api/v1/namespaces/{}/pods", namespace, fieldSelector=f"spec.nodeName={node}")
    for pod in (found or {}).get("items", []):
        name = pod["metadata"].get("labels", {}).get("k8s-app", "")
        # Beside the Pod that runs there may be one that ends, or that was evicted before.
        if name in states and states[name] != "ready":
            states[name] = "ready" if _is_ready(pod) else _unready(pod, trouble(cluster, namespace, [pod]))


def _is_past(pod: Json) -> bool:
    """Tell whether a Pod will not run again: it tells nothing of the Pods that were made in its place."""
    return pod.get("status", {}).get("phase") == "Failed" or bool(pod.get("metadata", {}).get("deletionTimestamp"))


def _is_ready(pod: Json) -> bool:
    return any(c["type"] == "Ready" and c["status"] == "True" for c in pod.get("status", {}).get("conditions", []))


def _unready(pod: Json, why: str) -> str:
    return f"not ready: {why}" if why else f"{pod.get('status', {}).get('phase', 'unknown')}, not ready"
