"""What the cluster has complained about."""

from typing import Any

import pytest

from labproof.connection.fake import FakeConnection, Page
from labproof.errors import Unreachable
from labproof.kube import Cluster
from labproof.probes import events, workload

EVENTS = "/api/v1/namespaces/default/events?fieldSelector=type%3DWarning%2CinvolvedObject.kind%3DPod"


def event(pod: str, time: str | None, message: str, reason: str = "FailedCreatePodSandBox") -> dict[str, Any]:
    """Return an event about a Pod."""
    return {"involvedObject": {"name": pod}, "lastTimestamp": time, "reason": reason, "message": message}


def test_newest_complaint_about_these_pods_is_shown(fake: FakeConnection, api: Cluster) -> None:
    """Other Pods' complaints and older ones are left out."""
    said = [
        event("a", "2026-01-01T00:00:01Z", "old"),
        event("a", "2026-01-01T00:00:02Z", "no network"),
        event("b", "3", "x"),
    ]
    fake.serve("GET", EVENTS, Page({"items": said}))
    assert events.complaint(api, "default", {"a"}) == "FailedCreatePodSandBox: no network"
    assert events.complaint(api, "default", {"c"}) == ""


@pytest.mark.parametrize(
    "answer", [Page("no JSON"), Page({}, 500), Page({"items": [{}]}), Page({"items": 3}), Unreachable("gone")]
)
def test_no_explanation_is_no_failure(fake: FakeConnection, api: Cluster, answer: Page | Unreachable) -> None:
    """An explanation that cannot be had keeps nobody from judging what it would explain."""
    fake.serve("GET", EVENTS, answer)
    assert events.complaint(api, "default", {"a"}) == ""


def test_complaint_is_bounded(fake: FakeConnection, api: Cluster) -> None:
    """A message without end is cut."""
    fake.serve("GET", EVENTS, Page({"items": [event("a", None, "x" * 10_000)]}))
    assert len(events.complaint(api, "default", {"a"})) == 200


def test_workload_says_what_its_pods_complain_of(fake: FakeConnection, api: Cluster) -> None:
    """A Deployment that does not come up shows the newest complaint of those of its Pods that are not ready."""
    deployment = {"metadata": {"generation": 1}, "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "x"}}}}
    creating = {"name": "c", "state": {"waiting": {"reason": "ContainerCreating"}}}
    pod = {"metadata": {"name": "x-1"}, "status": {"phase": "Pending", "containerStatuses": [creating]}}
    fake.serve("GET", "/deployments/x", Page({**deployment, "status": {"observedGeneration": 1}}))
    fake.serve("GET", "/pods?labelSelector=app%3Dx", Page({"items": [pod]}))
    fake.serve("GET", EVENTS, Page({"items": [event("x-1", "1", "no network")]}))
    assert "c: ContainerCreating; FailedCreatePodSandBox: no network" in str(workload.deployment(api, "default", "x"))


def test_ready_pods_have_nothing_to_complain_of(fake: FakeConnection, api: Cluster) -> None:
    """Where every Pod is ready nobody is asked what is wrong with them."""
    deployment = {"metadata": {"generation": 1}, "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "x"}}}}
    pod = {"metadata": {"name": "x-1"}, "status": {"conditions": [{"type": "Ready", "status": "True"}]}}
    fake.serve("GET", "/deployments/x", Page({**deployment, "status": {"observedGeneration": 1}}))
    fake.serve("GET", "/pods?labelSelector=app%3Dx", Page({"items": [pod]}))
    assert workload.deployment(api, "default", "x").trouble == ""
    assert not any("/events" in request.url for request, _ in fake.requests)
