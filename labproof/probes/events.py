"""What the cluster has complained about lately."""

import contextlib
from collections.abc import Collection

from labproof.errors import TransportError
from labproof.kube import Cluster
from labproof.untrusted import reads_objects

_SHOWN = 200


def complaint(cluster: Cluster, namespace: str, pods: Collection[str]) -> str:
    """Return the newest warning about one of these Pods, or nothing.

    It explains what was found elsewhere, so it never fails: without an answer there is no explanation.
    """
    with contextlib.suppress(TransportError):
        return _complaint(cluster, namespace, pods)
    return ""


@reads_objects
def _complaint(cluster: Cluster, namespace: str, pods: Collection[str]) -> str:
    selector = "type=Warning,involvedObject.kind=Pod"
    found = cluster.read("/api/v1/namespaces/{}/events", namespace, fieldSelector=selector) or {}
    own = [event for event in found.get("items", []) if event["involvedObject"].get("name") in pods]
    if not own:
        return ""
    newest = max(own, key=lambda event: str(event.get("lastTimestamp") or event.get("eventTime") or ""))
    return f"{newest.get('reason', '')}: {newest.get('message', '')}".strip(": ")[:_SHOWN]
