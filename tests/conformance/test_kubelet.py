"""The grader agrees with what the real kubelet shows, which the rehearsal lab runs as well."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from labproof.connection.fake import FakeConnection, Page
from labproof.grading import expectation
from steps.cluster.api import Cluster
from steps.course import expect
from steps.probes import control_plane, node, workload
from steps.probes.docker import DaemonSettings
from steps.probes.workload import WorkloadState
from tests.conformance.scratch import ScratchFiles, machine
from tests.conformance.shown import read, recognised_in

REAL = read("kubelet")
SINCE = datetime(2021, 1, 4, 17, 24, tzinfo=UTC)


def entries(kind: str) -> Any:
    """Return a parameter for each entry of one kind."""
    return pytest.mark.parametrize("real", REAL[kind], ids=lambda entry: str(entry["id"]))


@entries("cgroup_driver")
def test_grader_reads_the_driver_that_kubelet_takes(tmp_path: Path, real: dict[str, Any]) -> None:
    """The driver is the one that kubelet takes, and only one that differs from Docker's costs the point."""
    files = ScratchFiles(tmp_path)
    for path, text in real["files"].items():
        files.write(path, text)
    driver, wanted = control_plane.kubelet_cgroup_driver(machine(files)), expect.same_driver()
    assert driver == real["driver"]
    found = (driver, DaemonSettings((), "systemd"))
    known = set() if wanted.is_met(found) else recognised_in("init.cgroup", wanted.found(found))
    assert known == set(real["known_as"])
    assert wanted.is_met(found) is (real["driver"] == "systemd")


@entries("node")
def test_grader_shows_why_a_node_is_not_ready(fake: FakeConnection, api: Cluster, real: dict[str, Any]) -> None:
    """The whole of what kubelet says is shown, and the mistake is recognised alone in each section that asks."""
    condition = {"type": "Ready", "status": real["status"], "message": real["message"]}
    found = {"metadata": {"name": "node"}, "status": {"conditions": [condition]}}
    fake.serve("GET", "/api/v1/nodes", Page({"items": [found]}))
    wanted = expectation.all_equal({"node": node.READY})
    states = node.ready_states(api)
    said = wanted.found(states)
    assert not wanted.is_met(states)
    assert said.endswith(real["message"])
    for criterion, known in real["criteria"].items():
        assert recognised_in(criterion, said) == set(known)


def trouble(fake: FakeConnection, api: Cluster, waits: str, event: dict[str, Any]) -> str:
    """Return what the grader shows of a Pod that waits, where there is one event about it or another."""
    state = {"waiting": {"reason": waits}}
    conditions = [{"type": "Ready", "status": "False", "lastTransitionTime": SINCE.isoformat()}]
    status = {"conditions": conditions, "containerStatuses": [{"name": "web", "state": state, "restartCount": 0}]}
    fake.serve("GET", "/events", Page({"items": [{"type": "Warning", **event}]}))
    return workload.trouble(api, "default", [{"metadata": {"name": "web-1", "uid": "u1"}, "status": status}])


@entries("event")
def test_grader_shows_why_a_pod_does_not_start(fake: FakeConnection, api: Cluster, real: dict[str, Any]) -> None:
    """The cause at the end of kubelet's message is shown in full, and recognised alone wherever a criterion asks."""
    about = {"kind": "Pod", "name": "web-1", "uid": "u1"}
    event = {"reason": real["reason"], "message": real["message"], "involvedObject": about}
    found = trouble(fake, api, real["waits"], event)
    assert found.endswith(real["shown"])
    for criterion, known in real["criteria"].items():
        # Calico's own workloads are told by their names from what else an answer may hold.
        name = "calico-kube-controllers" if criterion.startswith("calico.") else "web"
        said = str(WorkloadState(name, exists=True, desired=1, trouble=found))
        assert recognised_in(criterion, said) == set(known)


@entries("not_made")
def test_grader_shows_why_no_pod_is_made(fake: FakeConnection, api: Cluster, real: dict[str, Any]) -> None:
    """Where there is no Pod to ask, what keeps it from being made is shown, and no other cause is recognised."""
    failure = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": real["message"]}
    is_set = real["kind"] == "DaemonSet"
    status = {"desiredNumberScheduled": 1} if is_set else {"conditions": [failure]}
    found = {"metadata": {"generation": 1}, "spec": {"selector": {"matchLabels": {"app": "x"}}}, "status": status}
    fake.serve("GET", "/daemonsets/kuboard" if is_set else "/deployments/kuboard", Page(found))
    fake.serve("GET", "/pods?", Page({"items": []}))
    fake.serve("GET", "involvedObject.kind%3DDaemonSet", Page({"items": [{"message": real["message"]}]}))
    state = (workload.daemon_set if is_set else workload.deployment)(api, "kube-system", "kuboard")
    assert str(state).endswith(f"; no Pod can be made: {real['message']}")
    assert recognised_in("kuboard.available", str(state)) == set(real["known_as"])


def pod(name: str, **status: Any) -> dict[str, Any]:
    """Return a Pod in a state."""
    return {"metadata": {"name": name, "labels": {"k8s-app": "calico-node"}}, "status": status}


def test_evicted_pod_is_told_while_there_is_no_other(fake: FakeConnection, api: Cluster) -> None:
    """A Pod that was evicted says why, and nothing of one that was made in its place."""
    fake.serve("GET", "/events", Page({"items": []}))
    gone = pod("web-1", phase="Failed", reason=REAL["evicted"]["reason"], message=REAL["evicted"]["message"])
    said = f"Evicted: {REAL['evicted']['message'].strip()}"
    waits = pod("web-2", containerStatuses=[{"name": "web", "state": {"waiting": {"reason": "ErrImagePull"}}}])
    assert workload.trouble(api, "default", [gone]) == said
    assert workload.trouble(api, "default", [gone, waits]) == "web: ErrImagePull"


@pytest.mark.parametrize("is_first", [True, False])
def test_pod_that_runs_counts_beside_one_that_ended(fake: FakeConnection, api: Cluster, is_first: bool) -> None:
    """On a node a workload is ready when one of its Pods is, whatever an older one says."""
    fake.serve("GET", "/events", Page({"items": []}))
    runs = pod("calico-node-2", phase="Running", conditions=[{"type": "Ready", "status": "True"}])
    gone = pod("calico-node-1", phase="Failed", reason="Evicted")
    fake.serve("GET", "/pods", Page({"items": [runs, gone] if is_first else [gone, runs]}))
    assert workload.on_node(api, "node", ("calico-node",)) == {"calico-node": "ready"}


@pytest.mark.parametrize(
    ("about", "before"),
    [({"name": "web-1", "uid": "u0"}, timedelta()), ({"name": "web-1", "uid": "u1"}, timedelta(hours=0.9))],
    ids=["of the Pod before it", "of a time before"],
)
def test_events_that_still_live_explain_no_other_trouble(
    fake: FakeConnection, api: Cluster, about: dict[str, str], before: timedelta
) -> None:
    """An event lives an hour: one of another Pod, or of another time, names no cause."""
    assert before < timedelta(hours=REAL["event_life"]["hours"])
    real = REAL["event"][0]
    event = {
        "reason": real["reason"],
        "message": real["message"],
        "involvedObject": {"kind": "Pod", **about},
        "lastTimestamp": (SINCE - before).isoformat(),
    }
    found = trouble(fake, api, "ContainerCreating", event)
    assert recognised_in("calico.controllers", found) == set()
