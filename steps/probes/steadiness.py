"""Whether containers that run at the moment stay up: one in a crash loop runs for a second, too."""

from datetime import datetime

from steps.cluster.api import Cluster, Json

_ROUNDED_SECONDS = 2.0
"""How far two times may be apart that were taken in one go: the API tells whole seconds."""
_SHORT_SECONDS = 60.0
"""A run that lasted longer than this did not end as those of a crash loop do."""
_MORE_SECONDS = 10.0
"""How much longer than twice the last run the present one must last; a node's lease is as old as this at most."""


def has_faltered(deployment: Json) -> bool:
    """Tell whether a Deployment was unavailable, or may have been, after its rollout was complete.

    The controller notes the end of the rollout once, in Progressing, and each change in Available (1.20, sync.go).
    """
    conditions = {c["type"]: c for c in deployment.get("status", {}).get("conditions") or []}
    complete = conditions.get("Progressing", {}).get("lastUpdateTime")
    since = _seconds(complete, conditions.get("Available", {}).get("lastTransitionTime"))
    return since is None or since > _ROUNDED_SECONDS


def unsteady(cluster: Cluster, pods: list[Json]) -> str:
    """Return which container was started again and has not yet run longer than the last time, or nothing."""
    for pod in pods:
        for container in pod.get("status", {}).get("containerStatuses") or []:
            if said := _unsteady(cluster, pod, container):
                return said
    return ""


def _unsteady(cluster: Cluster, pod: Json, container: Json) -> str:
    last = (container.get("lastState") or {}).get("terminated") or {}
    running = (container.get("state") or {}).get("running") or {}
    before = _seconds(last.get("startedAt"), last.get("finishedAt"))
    if not int(container.get("restartCount", 0)) or before is None or before > _SHORT_SECONDS:
        return ""
    now = _seconds(running.get("startedAt"), _told_at(cluster, str(pod["spec"].get("nodeName", ""))))
    if now is None or now > 2 * before + _MORE_SECONDS:
        return ""
    times = f"was started again {container['restartCount']} times"
    return f"{container['name']} {times}; its last run ended after {before:.0f} s with status {last.get('exitCode')}"


def _told_at(cluster: Cluster, node: str) -> object:
    """Return the time by the node's own clock, which also dates its containers, as its kubelet last told it."""
    path = "/apis/coordination.k8s.io/v1/namespaces/{}/leases/{}"
    lease = cluster.read(path, "kube-node-lease", node) or {}
    return lease.get("spec", {}).get("renewTime")


def _seconds(start: object, end: object) -> float | None:
    """Return the seconds between two times of the API, or None where one is missing."""
    try:
        return (datetime.fromisoformat(str(end)) - datetime.fromisoformat(str(start))).total_seconds()
    except (ValueError, TypeError):
        return None
