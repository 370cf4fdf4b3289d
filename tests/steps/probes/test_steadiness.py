"""Workloads that look up for a second, older Pods that are counted for new ones, and who made what."""

from typing import Any

import pytest

from labproof.connection.fake import FakeConnection, Page
from steps.cluster.api import Cluster
from steps.probes import workload

DONE = {"observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "availableReplicas": 1}


def deployment(**status: int) -> Page:
    """Return a Deployment of one Pod."""
    spec = {"replicas": 1, "selector": {"matchLabels": {"app": "x"}}}
    return Page({"metadata": {"generation": 1}, "spec": spec, "status": {**DONE, **status}})


def pod(restarts: int, ran: tuple[str, str], since: str) -> dict[str, Any]:
    """Return a Pod whose container runs since then, and ran from and to before."""
    status = {
        "name": "x",
        "restartCount": restarts,
        "ready": True,
        "state": {"running": {"startedAt": f"2026-01-01T{since}Z"}},
        "lastState": {
            "terminated": {"startedAt": f"2026-01-01T{ran[0]}Z", "finishedAt": f"2026-01-01T{ran[1]}Z", "exitCode": 2}
        },
    }
    return {"metadata": {"name": "x-1"}, "spec": {"nodeName": "node"}, "status": {"containerStatuses": [status]}}


SHORT = ("10:00:00", "10:00:02")


@pytest.mark.parametrize(
    ("found", "is_available"),
    [
        (pod(5, SHORT, "10:59:58"), False),
        (pod(5, SHORT, "10:00:30"), True),
        (pod(1, ("09:00:00", "10:59:50"), "10:59:58"), True),
        (pod(0, SHORT, "10:59:58"), True),
    ],
    ids=["crash loop", "up for an hour since", "was up for hours before", "never started again"],
)
def test_crash_loop_is_not_available(
    fake: FakeConnection, api: Cluster, found: dict[str, Any], is_available: bool
) -> None:
    """A container that was only just started again, after a short run, is not up; one that has stayed up since is."""
    fake.serve("GET", "/deployments/x", deployment())
    fake.serve("GET", "/pods?labelSelector=app%3Dx", Page({"items": [found]}))
    fake.serve("GET", "/kube-node-lease/leases/node", Page({"spec": {"renewTime": "2026-01-01T11:00:00.000000Z"}}))
    fake.serve("GET", "/events", Page({"items": []}))
    fake.serve("GET", "/pods/x-1/log", Page(""))
    state = workload.deployment(api, "default", "x")
    assert state.is_available is is_available
    said = "x was started again 5 times; its last run ended after 2 s with status 2"
    assert (said in str(state)) is not is_available


def conditions(complete: str, available: str) -> list[dict[str, str]]:
    """Return when a rollout was complete, and since when its Deployment has been available."""
    return [
        {"type": "Progressing", "lastUpdateTime": f"2026-01-01T{complete}Z"},
        {"type": "Available", "lastTransitionTime": f"2026-01-01T{available}Z"},
    ]


@pytest.mark.parametrize(
    ("available", "is_asked"), [("10:00:00", False), ("10:00:01", False), ("09:59:00", False), ("10:00:09", True)]
)
def test_steady_deployment_costs_no_further_question(
    fake: FakeConnection, api: Cluster, available: str, is_asked: bool
) -> None:
    """Only where a Deployment became available anew after its rollout are its Pods looked at."""
    found = deployment()
    status = {**DONE, "conditions": conditions("10:00:00", available)}
    assert isinstance(found.body, dict)
    fake.serve("GET", "/deployments/x", Page({**found.body, "status": status}))
    fake.serve("GET", "/pods?labelSelector=app%3Dx", Page({"items": [pod(0, SHORT, "10:00:00")]}))
    assert workload.deployment(api, "default", "x").is_available
    assert any("/pods" in request.url for request, _ in fake.requests) is is_asked
    assert not any("/leases/" in request.url for request, _ in fake.requests)


def test_older_pods_are_not_counted_for_new_ones(fake: FakeConnection, api: Cluster) -> None:
    """A Pod of the version before, beside a new one that cannot start, is told as just that."""
    fake.serve("GET", "/deployments/x", deployment(replicas=2))
    fake.serve("GET", "/pods?labelSelector=app%3Dx", Page({"items": []}))
    said = str(workload.deployment(api, "default", "x"))
    assert said.startswith("x: 0 of 1 available, 1 up to date; 1 of an older version still there")


def test_rollout_is_not_over_beside_an_older_pod(fake: FakeConnection, api: Cluster) -> None:
    """As for `kubectl rollout status` a Pod of the version before must be gone, even if both are up."""
    fake.serve("GET", "/deployments/x", deployment(replicas=2, availableReplicas=2))
    fake.serve("GET", "/pods?labelSelector=app%3Dx", Page({"items": []}))
    assert not workload.deployment(api, "default", "x").is_available


def test_wait_that_explains_comes_first(fake: FakeConnection, api: Cluster) -> None:
    """While the first of Calico's init containers has no image the others only wait for it, and are not told."""
    waits = [
        ("upgrade-ipam", "ImagePullBackOff", 'Back-off pulling image "docker.io/calico/cni:v3.17.3"'),
        ("install-cni", "PodInitializing", ""),
        ("flexvol-driver", "PodInitializing", ""),
    ]
    statuses = [{"name": name, "state": {"waiting": {"reason": why, "message": m}}} for name, why, m in waits]
    main = {"name": "calico-node", "state": {"waiting": {"reason": "PodInitializing"}}}
    found = {"metadata": {"name": "c"}, "status": {"initContainerStatuses": statuses, "containerStatuses": [main]}}
    fake.serve("GET", "/events", Page({"items": []}))
    said = workload.trouble(api, "kube-system", [found])
    assert said == 'upgrade-ipam: ImagePullBackOff Back-off pulling image "docker.io/calico/cni:v3.17.3"'


def managed(manager: str, *fields: str) -> dict[str, Any]:
    """Return what the API keeps of a manager that owns these fields of the spec."""
    return {"manager": manager, "fieldsV1": {"f:spec": {f"f:{field}": {} for field in fields}}}


@pytest.mark.parametrize(
    ("managers", "creators"),
    [
        (
            [managed("dashboard", "selector", "template"), managed("kubectl-client-side-apply", "replicas")],
            ("dashboard",),
        ),
        ([managed("kubectl-create", "selector"), managed("dashboard", "template")], ("kubectl-create",)),
        ([managed("dashboard", "selector"), {"manager": "kube-controller-manager"}], ("dashboard",)),
        ([], ()),
    ],
    ids=["repaired with kubectl", "saved once in the Dashboard's editor", "as made", "nothing kept"],
)
def test_creator_owns_the_selector(
    fake: FakeConnection, api: Cluster, managers: list[dict[str, Any]], creators: tuple[str, ...]
) -> None:
    """Who created a Deployment owns its selector, whoever changed it later."""
    labels = {"k8s-app": "nginx"}
    found = {
        "metadata": {"labels": labels, "managedFields": managers},
        "spec": {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}}},
    }
    fake.serve("GET", "/deployments/nginx", Page(found))
    assert workload.origin(api, "default", "nginx").creators == creators
