"""What the cluster has complained about."""

from typing import Any

import pytest

from labproof.connection.fake import FakeConnection, Page
from labproof.ground.errors import Unreachable
from steps.cluster import events
from steps.cluster.api import Cluster
from steps.probes import workload

A = {"metadata": {"name": "a"}}
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
    assert events.complaint(api, "default", [A]) == "FailedCreatePodSandBox: no network"
    assert events.complaint(api, "default", [{"metadata": {"name": "c"}}]) == ""


@pytest.mark.parametrize(
    "answer", [Page("no JSON"), Page({}, 500), Page({"items": [{}]}), Page({"items": 3}), Unreachable("gone")]
)
def test_no_explanation_is_no_failure(fake: FakeConnection, api: Cluster, answer: Page | Unreachable) -> None:
    """An explanation that cannot be had keeps nobody from judging what it would explain."""
    fake.serve("GET", EVENTS, answer)
    assert events.complaint(api, "default", [A]) == ""


def test_complaint_is_bounded(fake: FakeConnection, api: Cluster) -> None:
    """A message without end is cut, and its end is what is kept."""
    fake.serve("GET", EVENTS, Page({"items": [event("a", None, "x" * 10_000 + "the cause")]}))
    said = events.complaint(api, "default", [A])
    assert len(said) == 300
    assert said.endswith("the cause")


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


def failed(message: str, second: int, reason: str = "Failed", path: str = "spec.containers{c}") -> dict[str, Any]:
    """Return a warning about the Pod's container, told at a second."""
    told = event("a", f"2026-01-01T10:00:{second:02}Z", message, reason)
    return {**told, "involvedObject": {"name": "a", "fieldPath": path}}


PULL = 'Failed to pull image "x:1": rpc error: code = Unknown desc = Error response from daemon: no such host'


@pytest.mark.parametrize(
    ("later", "reason"),
    [
        ("Error: ErrImagePull", "Failed"),
        ("Error: ImagePullBackOff", "Failed"),
        ("Back-off restarting failed container", "BackOff"),
        (
            "Unable to attach or mount volumes: unmounted volumes=[certs]: timed out waiting for the condition",
            "FailedMount",
        ),
        ("error determining status: rpc error", "FailedSync"),
        ("Nameserver limits were exceeded, some nameservers have been omitted", "DNSConfigForming"),
    ],
)
def test_newest_warning_is_no_cause_where_it_only_follows(
    fake: FakeConnection, api: Cluster, later: str, reason: str
) -> None:
    """What kubelet says again and again of a failure does not hide the warning that names it."""
    fake.serve("GET", EVENTS, Page({"items": [failed(PULL, 1), failed(later, 9, reason)]}))
    assert (
        events.complaint(api, "default", [A]) == 'Failed to pull image "x:1": Error response from daemon: no such host'
    )


def test_name_servers_left_out_are_no_trouble(fake: FakeConnection, api: Cluster) -> None:
    """A machine with more than three name servers is warned of at each Pod, and every one of them starts."""
    fake.serve("GET", EVENTS, Page({"items": [failed("Nameserver limits were exceeded", 1, "DNSConfigForming")]}))
    assert events.complaint(api, "default", [A]) == ""


@pytest.mark.parametrize(
    ("warning", "started", "spec", "is_told"),
    [
        (failed("0/1 nodes are available", 1, "FailedScheduling"), "", {"nodeName": "master"}, False),
        (failed("0/1 nodes are available", 1, "FailedScheduling"), "", {}, True),
        (failed(PULL, 1), "2026-01-01T10:00:05Z", {"nodeName": "master"}, False),
        (failed(PULL, 5), "2026-01-01T10:00:01Z", {"nodeName": "master"}, True),
        (failed(PULL, 1, path="spec.containers{other}"), "2026-01-01T10:00:05Z", {"nodeName": "master"}, True),
        (failed(PULL, 1, path=""), "2026-01-01T10:00:05Z", {"nodeName": "master"}, True),
        (failed("Error: failed to start container", 1), "2026-01-01T10:00:05Z", {"nodeName": "master"}, True),
        (failed('MountVolume.SetUp failed: secret "x" not found', 1, "FailedMount"), "2026-01-01T10:00:05Z", {}, False),
        (failed("Readiness probe failed: 503", 1, "Unhealthy"), "2026-01-01T10:00:05Z", {}, True),
        (failed("Node is not ready", 1, "NodeNotReady"), "2026-01-01T10:00:05Z", {}, False),
        (failed("Node is not ready", 9, "NodeNotReady"), "2026-01-01T10:00:05Z", {}, True),
    ],
    ids=[
        *("has its machine", "has none", "image came", "image went", "another container's", "nobody knows whose"),
        *("did not start", "volume came", "probe", "machine is back", "machine is gone"),
    ],
)
def test_trouble_that_was_got_over_is_no_cause(
    fake: FakeConnection, api: Cluster, warning: dict[str, Any], started: str, spec: dict[str, str], is_told: bool
) -> None:
    """A container that runs and ends again is not explained by what kept it from its first start."""
    state = {"name": "c", "state": {"waiting": {}}, "lastState": {"terminated": {"startedAt": started}}}
    pod = {"metadata": {"name": "a"}, "spec": spec, "status": {"containerStatuses": [state]}}
    fake.serve("GET", EVENTS, Page({"items": [warning]}))
    assert bool(events.complaint(api, "default", [pod])) is is_told


def test_machine_that_is_gone_explains_its_pods(fake: FakeConnection, api: Cluster) -> None:
    """What a Pod complained of while its machine still answered is not told in place of that it does no more."""
    before, gone = failed("Readiness probe failed: BGP", 1, "Unhealthy"), failed("Node is not ready", 9, "NodeNotReady")
    fake.serve("GET", EVENTS, Page({"items": [before, gone]}))
    assert events.complaint(api, "default", [A]) == "NodeNotReady: Node is not ready"


def test_series_is_as_new_as_its_last_event(fake: FakeConnection, api: Cluster) -> None:
    """What the scheduler goes on saying is told once, with when it began and when it was last seen."""
    began = {**event("a", None, "no room", "FailedScheduling"), "eventTime": "2026-01-01T00:00:00.000001Z"}
    goes_on = {**began, "series": {"count": 9, "lastObservedTime": "2026-01-01T00:09:00.000001Z"}}
    later = event("a", "2026-01-01T00:00:05Z", "no network")
    for said, newest in (([goes_on, later], "FailedScheduling: no room"), ([began, later], later["reason"])):
        fake.serve("GET", EVENTS, Page({"items": said}))
        assert events.complaint(api, "default", [A]).startswith(newest)


NOT_READY = {"type": "Ready", "status": "False", "lastTransitionTime": "2026-01-01T10:00:00Z"}
POD: dict[str, Any] = {"metadata": {"name": "a", "uid": "new"}, "status": {"conditions": [NOT_READY]}}


@pytest.mark.parametrize(
    ("uid", "time", "is_told"),
    [
        ("new", "2026-01-01T10:00:05Z", True),
        ("new", "2026-01-01T09:59:30Z", True),
        ("new", "2026-01-01T09:50:00Z", False),
        ("old", "2026-01-01T10:00:05Z", False),
        ("new", "no time", True),
    ],
    ids=["after", "a probe's own time before", "long before", "another Pod of that name", "no time"],
)
def test_event_explains_only_what_it_is_about(
    fake: FakeConnection, api: Cluster, uid: str, time: str, is_told: bool
) -> None:
    """A warning counts for the very Pod that it is about, and not when it is older than what it should explain."""
    about = {"involvedObject": {"name": "a", "uid": uid}, "lastTimestamp": time, "reason": "Unhealthy", "message": "m"}
    fake.serve("GET", EVENTS, Page({"items": [about]}))
    assert bool(events.complaint(api, "default", [POD])) is is_told


@pytest.mark.parametrize("kind", ["initContainerStatuses", "containerStatuses"])
@pytest.mark.parametrize(
    ("state", "is_told"),
    [
        ({"state": {"waiting": {"reason": "ContainerCreating"}}}, True),
        ({"state": {"running": {"startedAt": "2026-01-01T10:00:06Z"}}}, False),
        ({"state": {"waiting": {}}, "lastState": {"terminated": {"startedAt": "2026-01-01T10:00:06Z"}}}, False),
        ({"state": {"waiting": {}}, "lastState": {"terminated": {"startedAt": "2026-01-01T09:00:00Z"}}}, True),
        ({"state": {"terminated": {"startedAt": None}}, "lastState": None}, True),
    ],
    ids=["none has started", "one runs", "one ran since", "one ran before the reboot", "no times"],
)
def test_missing_sandbox_explains_nothing_once_a_container_has_started(
    fake: FakeConnection, api: Cluster, kind: str, state: dict[str, Any], is_told: bool
) -> None:
    """A Pod that had no network for a moment, as after a reboot, is not said to have none when it fails later."""
    pod = {**POD, "status": {**POD["status"], kind: [{"name": "c", **state}]}}
    fake.serve("GET", EVENTS, Page({"items": [event("a", "2026-01-01T10:00:05Z", "no network")]}))
    assert bool(events.complaint(api, "default", [pod])) is is_told


def test_back_off_is_no_news_where_a_container_waits_for_it(fake: FakeConnection, api: Cluster) -> None:
    """What a container waits for is told once, and not again as an event."""
    waits = {"reason": "CrashLoopBackOff", "message": "back-off 20s restarting failed container"}
    pod = {"metadata": {"name": "a"}, "status": {"containerStatuses": [{"name": "c", "state": {"waiting": waits}}]}}
    back_off = event("a", "2026-01-01T00:00:09Z", "Back-off restarting failed container", "BackOff")
    fake.serve("GET", EVENTS, Page({"items": [back_off]}))
    assert workload.trouble(api, "default", [pod]) == "c: CrashLoopBackOff back-off 20s restarting failed container"


def test_words_of_a_wait_are_told_once(fake: FakeConnection, api: Cluster) -> None:
    """Where the newest warning ends with what the container waits for, only the reason stands beside it."""
    why = "Error response from daemon: no such host"
    waits = {"reason": "ErrImagePull", "message": f"rpc error: code = Unknown desc = {why}"}
    pod = {"metadata": {"name": "a"}, "status": {"containerStatuses": [{"name": "c", "state": {"waiting": waits}}]}}
    pull = event(
        "a", "2026-01-01T00:00:09Z", f'Failed to pull image "x:1": rpc error: code = Unknown desc = {why}', "Failed"
    )
    fake.serve("GET", EVENTS, Page({"items": [pull]}))
    assert workload.trouble(api, "default", [pod]) == f'c: ErrImagePull; Failed to pull image "x:1": {why}'


def test_back_off_is_told_only_alone(fake: FakeConnection, api: Cluster) -> None:
    """That a container is started again later explains nothing where another warning names the cause."""
    back_off = event("a", "2026-01-01T00:00:09Z", "Back-off restarting failed container", "BackOff")
    fake.serve("GET", EVENTS, Page({"items": [event("a", "2026-01-01T00:00:01Z", "no network"), back_off]}))
    assert events.complaint(api, "default", [A]) == "FailedCreatePodSandBox: no network"
    fake.serve("GET", EVENTS, Page({"items": [back_off]}))
    assert events.complaint(api, "default", [A]) == "BackOff: Back-off restarting failed container"
