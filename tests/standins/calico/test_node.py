import json
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from labproof.ground.wait import Deadline, wait_until
from standins.calico import cni, firewall, node, peers, pool, routes, startup
from standins.calico.node import Agent, Places, Problem, keep, liveness, record
from standins.calico.startup import StartupFailed
from standins.serving import Request
from tests.standins.calico.test_pool import SETTINGS
from tests.standins.fake_cluster import FakeCluster

OWN, OTHER = "/api/v1/nodes/master", "/api/v1/nodes/node"
ANNOTATION = "projectcalico.org/IPv4Address"


def listing(*addresses: str) -> str:
    """Return what `ip -json address` says of interfaces eth0, eth1 and so on with these addresses."""
    links = [
        {"ifname": f"eth{number}", "addr_info": [{"local": address, "prefixlen": 24}]}
        for number, address in enumerate(addresses)
    ]
    return json.dumps(links)


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, object]:
    """Stand for the kernel: remember routes and rules instead of making them; eth1 is of the lab, eth0 is NAT's."""
    made: dict[str, object] = {}
    monkeypatch.setattr(routes, "apply", lambda wanted: made.update(routes=dict(wanted)))
    monkeypatch.setattr(startup, "address_listing", lambda: listing("10.0.2.15", "192.168.200.10"))
    monkeypatch.setattr(startup, "FORWARDING", tmp_path / "ip_forward")
    monkeypatch.setattr(firewall, "apply", lambda cidr: made.update(pool=cidr))
    monkeypatch.setattr(peers, "silent", lambda addresses: tuple(addresses))
    monkeypatch.setattr(peers.Listener, "__init__", lambda listener, address: made.update(listens=address))
    monkeypatch.setattr(peers.Listener, "start", lambda listener: listener)
    return made


def put_node(cluster: FakeCluster, path: str, address: str, pod_cidr: str, announced: str = "") -> None:
    annotations = {ANNOTATION: announced} if announced else {}
    cluster.put(
        path,
        metadata={"annotations": annotations},
        spec={"podCIDR": pod_cidr} if pod_cidr else {},
        status={"addresses": [{"type": "InternalIP", "address": address}]},
    )


@pytest.fixture
def stop() -> Iterator[Event]:
    """Provide the event that ends an agent's threads after the test."""
    event = Event()
    yield event
    event.set()


def started(cluster: FakeCluster, folder: Path, stop: Event, nodes: int) -> Agent:
    if pool.KUBEADM not in cluster.objects:
        cluster.put(pool.KUBEADM, data={"ClusterConfiguration": SETTINGS})
    agent = Agent(cluster.api(), "master", Places(folder, folder / "nodename"))
    agent.start(stop)
    for mirror in (agent.shares, agent.pools):
        wait_until(mirror.synced.is_set, bool, Deadline(5), "the lists", every=0.01)
    wait_until(agent.nodes.objects, lambda found: len(found) == nodes, Deadline(5), "the nodes", every=0.01)
    return agent


def test_single_node_becomes_ready(
    cluster: FakeCluster, kernel: dict[str, object], tmp_path: Path, stop: Event
) -> None:
    """A Node with a range gets its CNI file, its pool, its share, its annotation; and is ready without peers."""
    put_node(cluster, OWN, "192.168.200.10", "10.122.0.0/24")
    assert started(cluster, tmp_path, stop, 1).reconcile() is None
    assert (tmp_path / cni.NAME).exists()
    assert (tmp_path / "nodename").read_text() == "master"
    assert (tmp_path / "ip_forward").read_text() == "1"
    assert kernel == {"routes": {}, "pool": "10.122.0.0/16", "listens": "192.168.200.10"}
    assert cluster.objects[f"{pool.SHARES}/master-10-122-0-0-24"]["spec"]["node"] == "master"
    assert cluster.objects[f"{startup.INFORMATION}/default"]["spec"]["datastoreReady"]
    written = cluster.objects[OWN]
    assert written["metadata"]["annotations"] == {ANNOTATION: "192.168.200.10/24"}
    assert written["status"]["conditions"][0]["reason"] == "CalicoIsUp"


def test_address_is_detected_and_not_kubelets(
    cluster: FakeCluster, kernel: dict[str, object], tmp_path: Path, stop: Event
) -> None:
    """The annotation is the address of the network card that Calico found; what kubelet took does not matter to it."""
    put_node(cluster, OWN, "10.0.2.15", "10.122.0.0/24")
    assert started(cluster, tmp_path, stop, 1).reconcile() is None
    assert cluster.objects[OWN]["metadata"]["annotations"] == {ANNOTATION: "192.168.200.10/24"}


def test_silent_peer_is_named(cluster: FakeCluster, kernel: dict[str, object], tmp_path: Path, stop: Event) -> None:
    """A peer that does not answer makes the Node unready, with its address; its route is made nevertheless."""
    put_node(cluster, OWN, "192.168.200.10", "10.122.0.0/24")
    put_node(cluster, OTHER, "10.0.2.15", "10.122.1.0/24", announced="192.168.200.20/24")
    problem = started(cluster, tmp_path, stop, 2).reconcile()
    assert problem == Problem("BIRD is not ready: BGP not established with 192.168.200.20", 0)
    assert kernel["routes"] == {"10.122.1.0/24": "192.168.200.20"}


def test_address_of_another_node_ends_the_agent(
    cluster: FakeCluster,
    kernel: dict[str, object],
    tmp_path: Path,
    stop: Event,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Where both machines took the NAT address the second agent says so, takes its annotation back and ends."""
    caplog.set_level("INFO")
    put_node(cluster, OWN, "192.168.200.10", "10.122.0.0/24")
    put_node(cluster, OTHER, "192.168.200.20", "10.122.1.0/24", announced="192.168.200.10/24")
    agent = started(cluster, tmp_path, stop, 2)
    with pytest.raises(StartupFailed):
        agent.reconcile()
    assert "Calico node 'node' is already using the IPv4 address 192.168.200.10." in caplog.messages
    assert not cluster.objects[OWN]["metadata"]["annotations"].get(ANNOTATION)
    assert not (tmp_path / cni.NAME).exists()


def test_machine_that_does_not_let_it_forward_is_told(
    cluster: FakeCluster,
    kernel: dict[str, object],
    tmp_path: Path,
    stop: Event,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A setting of the kernel that cannot be written is told in the log, and ends nothing."""
    (tmp_path / "ip_forward").mkdir()
    put_node(cluster, OWN, "192.168.200.10", "10.122.0.0/24")
    assert started(cluster, tmp_path, stop, 1).reconcile() is None
    assert "unable to set IPv4 forwarding" in caplog.text


def test_failed_start_ends_the_program(
    cluster: FakeCluster,
    kernel: dict[str, object],
    tmp_path: Path,
    stop: Event,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The last words are Calico's, and the program is told to end with a failure."""
    signals: list[int] = []
    monkeypatch.setattr(node.os, "kill", lambda process, number: signals.append(number))
    monkeypatch.setenv(startup.METHOD, "interface=wlan.*")
    put_node(cluster, OWN, "192.168.200.10", "10.122.0.0/24")
    agent = started(cluster, tmp_path, stop, 1)
    keep(agent, stop, tmp_path / "problem")
    assert (agent.has_failed, signals) == (True, [node.signal.SIGTERM])
    assert capsys.readouterr().err == "Calico node failed to start\n"


def test_node_without_range_gets_a_block(
    cluster: FakeCluster, kernel: dict[str, object], tmp_path: Path, stop: Event
) -> None:
    """Without podSubnet a Node has no podCIDR: it comes up all the same, with a block of the default pool."""
    cluster.put(pool.KUBEADM, data={"ClusterConfiguration": "networking: {}"})
    put_node(cluster, OWN, "192.168.200.10", "")
    assert started(cluster, tmp_path, stop, 1).reconcile() is None
    assert kernel["pool"] == "172.16.0.0/16"
    (share,) = cluster.under(pool.SHARES)
    assert (share["spec"]["node"], share["spec"]["cidr"][-3:]) == ("master", "/26")


def test_other_pool_gives_other_addresses(
    cluster: FakeCluster, kernel: dict[str, object], tmp_path: Path, stop: Event
) -> None:
    """New Pods get their addresses from the pool as it is, whatever range kubeadm gave the Node."""
    put_node(cluster, OWN, "192.168.200.10", "10.122.0.0/24")
    cluster.put(f"{pool.POOLS}/{pool.POOL_NAME}", spec={"cidr": "10.244.0.0/16"})
    assert started(cluster, tmp_path, stop, 1).reconcile() is None
    written = json.loads((tmp_path / cni.NAME).read_text())
    assert written["plugins"][0]["ipam"]["ranges"][0][0]["subnet"].startswith("10.244.")


def test_refusing_api_is_a_problem_not_an_end(
    cluster: FakeCluster, kernel: dict[str, object], tmp_path: Path, stop: Event
) -> None:
    """When the API refuses, the agent says what Calico says, keeps the reason for the log, and lives on."""
    put_node(cluster, OWN, "192.168.200.10", "10.122.0.0/24")
    agent = started(cluster, tmp_path, stop, 1)
    cluster.objects[pool.KUBEADM]["data"] = {"ClusterConfiguration": "networking: {podSubnet: 10.122.0.0/30}"}
    cluster.put(f"{pool.SHARES}/other-10-122-0-0-30", spec={"cidr": "10.122.0.0/30", "node": "other"})
    shares = agent.shares.objects
    wait_until(shares, lambda found: len(found) == 1, Deadline(5), "the share", every=0.01)
    problem = agent.reconcile()
    assert problem is not None
    assert (problem.reason, problem.established) == ("felix is not ready: readiness probe reporting 503", None)
    assert "no free block" in problem.detail


def test_problem_is_left_for_the_probe(tmp_path: Path) -> None:
    """The probe's file holds the problem, and is empty when there is none."""
    path = tmp_path / "problem"
    record(Problem("felix is not ready: readiness probe reporting 503"), path)
    assert path.read_text() == "calico/node is not ready: felix is not ready: readiness probe reporting 503\n"
    record(None, path)
    assert path.read_text() == ""


def test_hung_agent_is_not_alive(cluster: FakeCluster, tmp_path: Path) -> None:
    """An agent whose rounds stopped is reported, so that it is restarted."""
    agent = Agent(cluster.api(), "master", Places(tmp_path))
    asked = Request("GET", "/liveness", "/liveness", {}, {})
    assert liveness(agent)(asked).status == 200
    agent.passed_at -= node.HUNG_SECONDS + 1
    assert liveness(agent)(asked).status == 503
