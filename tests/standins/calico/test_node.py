from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from labproof.ground.wait import Deadline, wait_until
from standins.calico import cni, firewall, node, peers, pool, routes
from standins.calico.node import Agent, liveness, record
from standins.serving import Request
from tests.standins.calico.test_pool import SETTINGS
from tests.standins.fake_cluster import FakeCluster

OWN, OTHER = "/api/v1/nodes/master", "/api/v1/nodes/node"


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """Stand for the kernel: remember routes and rules instead of making them."""
    made: dict[str, object] = {}
    monkeypatch.setattr(routes, "apply", lambda wanted: made.update(routes=dict(wanted)))
    monkeypatch.setattr(routes, "own_address", lambda address: f"{address}/24")
    monkeypatch.setattr(firewall, "apply", lambda cidr: made.update(pool=cidr))
    monkeypatch.setattr(peers, "silent", lambda addresses: tuple(addresses))
    return made


def put_node(cluster: FakeCluster, path: str, address: str, pod_cidr: str, announced: str = "") -> None:
    annotations = {"projectcalico.org/IPv4Address": announced} if announced else {}
    cluster.put(
        path,
        metadata={"annotations": annotations},
        spec={"podCIDR": pod_cidr},
        status={"addresses": [{"type": "InternalIP", "address": address}]},
    )


@pytest.fixture
def stop() -> Iterator[Event]:
    """Provide the event that ends an agent's threads after the test."""
    event = Event()
    yield event
    event.set()


def started(cluster: FakeCluster, folder: Path, stop: Event, nodes: int) -> Agent:
    cluster.put(pool.KUBEADM, data={"ClusterConfiguration": SETTINGS})
    agent = Agent(cluster.api(), "master", folder, lambda: None)
    agent.nodes.start(stop)
    wait_until(agent.nodes.objects, lambda found: len(found) == nodes, Deadline(5), "the nodes", every=0.01)
    return agent


def test_single_node_becomes_ready(
    cluster: FakeCluster, kernel: dict[str, object], tmp_path: Path, stop: Event
) -> None:
    """A Node with a range gets its CNI file, its pool, its share, its annotation; and is ready without peers."""
    put_node(cluster, OWN, "192.168.200.10", "10.122.0.0/24")
    assert started(cluster, tmp_path, stop, 1).reconcile() == ""
    assert (tmp_path / cni.NAME).exists()
    assert kernel == {"routes": {}, "pool": "10.122.0.0/16"}
    assert cluster.objects[f"{pool.SHARES}/master-10-122-0-0-24"]["spec"]["node"] == "master"
    written = cluster.objects[OWN]
    assert written["metadata"]["annotations"] == {"projectcalico.org/IPv4Address": "192.168.200.10/24"}
    assert written["status"]["conditions"][0]["reason"] == "CalicoIsUp"


def test_silent_peer_is_named(cluster: FakeCluster, kernel: dict[str, object], tmp_path: Path, stop: Event) -> None:
    """A peer that does not answer makes the Node unready, with its address; its route is made nevertheless."""
    put_node(cluster, OWN, "192.168.200.10", "10.122.0.0/24")
    put_node(cluster, OTHER, "192.168.200.20", "10.122.1.0/24", announced="192.168.200.20/24")
    problem = started(cluster, tmp_path, stop, 2).reconcile()
    assert problem.endswith("BIRD is not ready: BGP not established with 192.168.200.20")
    assert kernel["routes"] == {"10.122.1.0/24": "192.168.200.20"}


def test_node_without_range_waits(cluster: FakeCluster, kernel: dict[str, object], tmp_path: Path, stop: Event) -> None:
    """Before the Node has a range nothing is written, and the reason is said."""
    put_node(cluster, OWN, "192.168.200.10", "")
    assert "no podCIDR" in started(cluster, tmp_path, stop, 1).reconcile()
    assert list(tmp_path.iterdir()) == []


def test_refusing_api_is_a_problem_not_an_end(
    cluster: FakeCluster, kernel: dict[str, object], tmp_path: Path, stop: Event
) -> None:
    """When the API refuses, the agent says why and lives on."""
    put_node(cluster, OWN, "192.168.200.10", "10.122.0.0/24")
    agent = started(cluster, tmp_path, stop, 1)
    del cluster.objects[pool.KUBEADM]
    assert "not found" in agent.reconcile()
    cluster.put(pool.KUBEADM, data={"ClusterConfiguration": SETTINGS})
    assert agent.reconcile() == ""


def test_problem_is_left_for_the_probe(tmp_path: Path) -> None:
    """The probe's file holds the problem, and is empty when there is none."""
    path = tmp_path / "problem"
    record("no route", path)
    assert path.read_text() == "no route\n"
    record("", path)
    assert path.read_text() == ""


def test_hung_agent_is_not_alive(cluster: FakeCluster, tmp_path: Path) -> None:
    """An agent whose rounds stopped is reported, so that it is restarted."""
    agent = Agent(cluster.api(), "master", tmp_path, lambda: None)
    asked = Request("GET", "/liveness", "/liveness", {}, {})
    assert liveness(agent)(asked).status == 200
    agent.passed_at -= node.HUNG_SECONDS + 1
    assert liveness(agent)(asked).status == 503
