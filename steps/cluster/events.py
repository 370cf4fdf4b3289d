"""What the cluster has complained about lately."""

import contextlib
import re
from collections.abc import Collection
from datetime import datetime, timedelta

from labproof.ground.errors import TransportError
from labproof.ground.untrusted import reads_objects
from steps.cluster.api import Cluster, Json
from steps.cluster.cause import cause

_EARLIER = timedelta(seconds=60)
"""How long before a Pod stopped being ready its cause may have been told: a probe fails three times first."""
_NO_CAUSE = ("DNSConfigForming",)
"""Warnings of what is left out of a Pod's resolv.conf: it starts all the same (1.20 pkg/kubelet/network/dns)."""
_EXPLAINS_LITTLE = ("BackOff", "FailedSync", "FailedKillPod")
_SAYS_LITTLE = re.compile(r"Error: (ErrImagePull|ImagePullBackOff|ErrImageNeverPull)|Unable to attach or mount volumes")
"""What only says that something failed before, which another warning names (1.20 pkg/kubelet)."""
_SAYS_NO_MORE = ("Failed",)
"""Reasons whose messages begin with the same word (kubernetes v1.20.4 pkg/kubelet/images/image_manager.go)."""
_BEFORE_A_START = ("FailedCreatePodSandBox", "FailedMount", "FailedAttachVolume", "NetworkNotReady", "NodeNotReady")
"""Nothing of a Pod starts before it has its sandbox and volumes (kubernetes v1.20.4 pkg/kubelet/kuberuntime), nor
while nobody hears of its machine."""
_PULL = re.compile(r"Failed to pull image|Error: ErrImage|Error: ImagePull|Container image .* is not present")
_CONTAINER = re.compile(r"spec\.\w+\{(.+)\}")


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
    own = [event for event in own if event.get("reason") not in _NO_CAUSE and not _is_over(event, pods)]
    if not own:
        return ""
    newest = max(own, key=lambda event: (not _explains_little(event), _time(event)))
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


def _explains_little(event: Json) -> bool:
    return event.get("reason") in _EXPLAINS_LITTLE or bool(_SAYS_LITTLE.match(str(event.get("message") or "")))


def _is_over(event: Json, pods: Collection[Json]) -> bool:
    """Tell whether what an event speaks of was got over since: a Pod has its machine, or a container has started."""
    pod = next(pod for pod in pods if pod.get("metadata", {}).get("name") == event["involvedObject"]["name"])
    if event.get("reason") == "FailedScheduling":
        return bool(pod.get("spec", {}).get("nodeName"))
    told = _moment(_time(event))
    if told is None:
        return False
    if event.get("reason") in _BEFORE_A_START:
        return any(moment >= told for moment in _starts(pod))
    container = _CONTAINER.match(str(event["involvedObject"].get("fieldPath") or ""))
    is_pull = container and _PULL.match(str(event.get("message") or ""))
    return bool(container and is_pull) and any(moment > told for moment in _starts(pod, container and container[1]))


def _starts(pod: Json, name: str | None = None) -> list[datetime]:
    """Return when the containers of a Pod were started last and the time before, or that one of them."""
    status = pod.get("status", {})
    all_of_it = (*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or []))
    states = [
        (container.get(when) or {}).get(kind) or {}
        for container in all_of_it
        if name in (None, container.get("name"))
        for when in ("state", "lastState")
        for kind in ("running", "terminated")
    ]
    return [moment for state in states if (moment := _moment(str(state.get("startedAt", ""))))]


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
