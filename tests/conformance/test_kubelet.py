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
