"""What the cluster has complained about lately."""

import contextlib
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from labproof.ground.errors import TransportError
from labproof.ground.untrusted import reads_objects
from steps.cluster.api import Cluster, Json
from steps.cluster.cause import cause

_EARLIER = timedelta(seconds=60)
"""How long before a Pod stopped being ready its cause may have been told: a probe fails three times first."""
_EXPLAINS_NOTHING = ("BackOff",)
_SAYS_NO_MORE = ("Failed",)
"""Reasons whose messages begin with the same word (kubernetes v1.20.4 pkg/kubelet/images/image_manager.go)."""
_NO_SANDBOX = "FailedCreatePodSandBox"
"""Nothing of a Pod starts before it has its sandbox (kubernetes v1.20.4 pkg/kubelet/kuberuntime)."""


def complaint(cluster: Cluster, namespace: str, pods: Collection[Json]) -> str:
    """Return the newest warning about one of these Pods that explains its state, or nothing.

    It explains what was found elsewhere, so it never fails: without an answer there is no explanation.
    """
    with contextlib.suppress(TransportError):
        return _complaint(cluster, namespace, pods)
    return ""


def refusal(cluster: Cluster, namespace: str, kind: str, name: str) -> str:
    """Return the newest warning about an object that makes Pods: why it cannot make them; or nothing.

    It explains what was found elsewhere, so it never fails.
    """
    with contextlib.suppress(TransportError):
        return _refusal(cluster, namespace, kind, name)
    return ""


@reads_objects
def _refusal(cluster: Cluster, namespace: str, kind: str, name: str) -> str:
    selector = f"type=Warning,involvedObject.kind={kind},involvedObject.name={name}"
    found = cluster.read("/api/v1/namespaces/{}/events", namespace, fieldSelector=selector) or {}
    newest: Json = max(found.get("items", []), key=_time, default={})
    return cause(str(newest.get("message") or ""))


def is_pulling(cluster: Cluster, namespace: str, pod: str) -> bool:
    """Tell whether a Pod's image is being pulled at the moment: begun, and neither there nor given up."""
    with contextlib.suppress(TransportError):
        return _is_pulling(cluster, namespace, pod)
    return False


@reads_objects
def _is_pulling(cluster: Cluster, namespace: str, pod: str) -> bool:
    selector = f"involvedObject.kind=Pod,involvedObject.name={pod}"
    found = cluster.read("/api/v1/namespaces/{}/events", namespace, fieldSelector=selector) or {}
    reasons = {str(event.get("reason", "")) for event in found.get("items", [])}
    return "Pulling" in reasons and "Pulled" not in reasons


@reads_objects
def _complaint(cluster: Cluster, namespace: str, pods: Collection[Json]) -> str:
    selector = "type=Warning,involvedObject.kind=Pod"
    found = cluster.read("/api/v1/namespaces/{}/events", namespace, fieldSelector=selector) or {}
    own = [event for event in found.get("items", []) if any(_is_about(event, pod) for pod in pods)]
    own = [event for event in own if not _is_over(event, pods)]
    if not own:
        return ""
    # A back-off only says that something failed before, which the other warnings name.
    newest = max(own, key=lambda event: (event.get("reason") not in _EXPLAINS_NOTHING, _time(event)))
    # A probe that was cut off has said nothing: its message ends in a colon, by which it is known.
    reason = str(newest.get("reason") or "")
    return cause(": ".join(filter(None, ("" if reason in _SAYS_NO_MORE else reason, str(newest.get("message") or "")))))


def _is_about(event: Json, pod: Json) -> bool:
    """Tell whether an event is about this very Pod, and not older than the state that it should explain."""
    about, metadata = event["involvedObject"], pod.get("metadata", {})
    if about.get("name") != metadata.get("name"):
        return False
    if about.get("uid") and metadata.get("uid") and about["uid"] != metadata["uid"]:
        return False
    changes = [c.get("lastTransitionTime") for c in pod.get("status", {}).get("conditions", []) if c["type"] == "Ready"]
    told, since = _moment(_time(event)), _moment(str(changes[0])) if changes else None
    return told is None or since is None or told >= since - _EARLIER


def _is_over(event: Json, pods: Collection[Json]) -> bool:
    """Tell whether an event speaks of a Pod without a sandbox of which a container has started since."""
    if event.get("reason") != _NO_SANDBOX:
        return False
    pod = next(pod for pod in pods if pod.get("metadata", {}).get("name") == event["involvedObject"]["name"])
    told, started = _moment(_time(event)), [moment for moment in map(_moment, _starts(pod)) if moment]
    return told is not None and any(moment >= told for moment in started)


def _starts(pod: Json) -> Iterator[str]:
    status = pod.get("status", {})
    for container in (*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])):
        for state in (container.get("state") or {}, container.get("lastState") or {}):
            yield from (str((state.get(kind) or {}).get("startedAt", "")) for kind in ("running", "terminated"))


def _time(event: Json) -> str:
    """Return when a thing was last told: of a series, as the scheduler's, that is not when it began (events/v1)."""
    last = (event.get("series") or {}).get("lastObservedTime")
    return str(last or event.get("lastTimestamp") or event.get("eventTime") or "")


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
