"""Nodes, workloads, accounts and the pool, as the API says them."""

from typing import Any

import pytest

from labproof.connection.fake import FakeConnection, Page
from steps.cluster.api import Cluster
from steps.probes import account, control_plane, node, pod_network, workload
from tests.conftest import encoded

NO_NETWORK = "runtime network not ready: NetworkReady=false: cni config uninitialized"


def a_node(name: str, ready: str | None, message: str = "kubelet is posting ready status") -> dict[str, Any]:
    conditions = [{"type": "MemoryPressure", "status": "False"}]
    if ready:
        conditions.append({"type": "Ready", "status": ready, "message": message})
    addresses = [{"type": "Hostname", "address": name}, {"type": "InternalIP", "address": "192.168.200.10"}]
    info = {"kubeletVersion": "v1.20.2"}
    return {
        "metadata": {"name": name, "labels": {"node-role.kubernetes.io/worker": "worker"}},
        "status": {"conditions": conditions, "addresses": addresses, "nodeInfo": info},
    }


@pytest.mark.parametrize(
    ("ready", "message", "state"),
    [
        ("True", "ready", "Ready"),
        ("False", NO_NETWORK, f"NotReady: {NO_NETWORK}"),
        ("Unknown", "Kubelet stopped posting node status.", "Unknown: Kubelet stopped posting node status."),
        (None, "", "absent: no condition"),
    ],
)
def test_ready_is_told_in_kubectls_words(
    fake: FakeConnection, api: Cluster, ready: str | None, message: str, state: str
) -> None:
    """A node is Ready, NotReady or Unknown, and what is not Ready comes with the kubelet's reason."""
    fake.serve("GET", "/api/v1/nodes", Page({"items": [a_node("master", ready, message)]}))
    assert node.ready_states(api) == {"master": state}


def test_facts_of_a_node(fake: FakeConnection, api: Cluster) -> None:
    """Address, version and labels of a node are read, and one that has nothing yet has nothing."""
    fake.serve("GET", "/api/v1/nodes", Page({"items": [a_node("node", "True"), {"metadata": {"name": "new"}}]}))
    states = node.read_all(api)
    assert (states["node"].address, states["node"].version) == ("192.168.200.10", "v1.20.2")
    assert (states["new"].ready, states["new"].address) == ("absent", "")
    assert node.labelled(api, "node-role.kubernetes.io/worker") == {"node"}


def deployment(spec: dict[str, Any], generation: int = 1, **status: int) -> dict[str, Any]:
    plain = {"selector": {"matchLabels": {"k8s-app": "x"}}}
    return {"metadata": {"generation": generation}, "spec": {**plain, **spec}, "status": status}


DONE = {"observedGeneration": 1, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2}


@pytest.mark.parametrize(
    ("found", "is_available"),
    [
        (deployment({"replicas": 2}, **DONE), True),
        (deployment({"replicas": 2}, 2, **DONE), False),
        (deployment({"replicas": 2}, **{**DONE, "updatedReplicas": 1}), False),
        (deployment({"replicas": 2}, **{**DONE, "availableReplicas": 1}), False),
        (deployment({"replicas": 2}, **{**DONE, "replicas": 3}), False),
        (deployment({"replicas": 0}, observedGeneration=1), False),
        (deployment({"replicas": 1}, observedGeneration=1), False),
    ],
    ids=["done", "not observed", "old version", "not up", "old Pods left", "scaled to none", "nothing yet"],
)
def test_rollout_of_a_deployment(fake: FakeConnection, api: Cluster, found: dict[str, Any], is_available: bool) -> None:
    """A Deployment is available when its newest version runs everywhere, and that is somewhere."""
    fake.serve("GET", "/deployments/x", Page(found))
    fake.serve("GET", "/pods", Page({"items": []}))
    assert workload.deployment(api, "default", "x").is_available is is_available


@pytest.mark.parametrize(("desired", "available", "expected"), [(2, 2, True), (2, 1, False), (0, 0, False)])
def test_rollout_of_a_daemon_set(
    fake: FakeConnection, api: Cluster, desired: int, available: int, expected: bool
) -> None:
    """A DaemonSet that wants to run nowhere is not available."""
    status = {"desiredNumberScheduled": desired, "updatedNumberScheduled": desired, "numberAvailable": available}
    fake.serve("GET", "/daemonsets/x", Page(deployment({}, observedGeneration=1, **status)))
    fake.serve("GET", "/pods", Page({"items": []}))
    assert workload.daemon_set(api, "kube-system", "x").is_available is expected


def test_what_pods_wait_for_is_told(fake: FakeConnection, api: Cluster) -> None:
    """A workload that is not available says what its Pods wait for, in the kubelet's words."""
    waiting = {"name": "nginx", "state": {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off"}}}
    unscheduled = {"type": "PodScheduled", "status": "False", "message": "0/1 nodes are available"}
    pods = [{"status": {"containerStatuses": [waiting]}}, {"status": {"conditions": [unscheduled]}}]
    fake.serve("GET", "/deployments/x", Page(deployment({"replicas": 2}, observedGeneration=1)))
    fake.serve("GET", "/pods", Page({"items": pods}))
    told = str(workload.deployment(api, "default", "x"))
    assert "nginx: ImagePullBackOff Back-off" in told
    assert "0/1 nodes are available" in told


def test_absent_objects_are_told(fake: FakeConnection, api: Cluster) -> None:
    """What does not exist is told as just that."""
    fake.serve("GET", "", Page({"message": "not found"}, 404))
    for state in (
        workload.deployment(api, "n", "x"),
        workload.daemon_set(api, "n", "x"),
        workload.service(api, "n", "x"),
        workload.origin(api, "n", "x"),
        account.read(api, "n", "x"),
    ):
        assert "does not exist" in str(state)
    assert pod_network.pool_cidr(api) == "Calico keeps its pools elsewhere than in the API"
    assert account.token(api, "n", "x") is None
    assert control_plane.advertised(api, "master") is None


@pytest.mark.parametrize(
    ("spec", "node_port"),
    [
        ({"type": "NodePort", "ports": [{"port": 443, "nodePort": 30000}]}, 30000),
        ({"type": "ClusterIP", "ports": [{"port": 443}]}, 0),
        ({"type": "ClusterIP"}, 0),
    ],
)
def test_port_of_a_service(fake: FakeConnection, api: Cluster, spec: dict[str, Any], node_port: int) -> None:
    """A Service has its node port, or none."""
    fake.serve("GET", "/services/x", Page({"spec": spec}))
    assert workload.service(api, "default", "x").node_port == node_port


def test_each_port_of_a_service_is_read(fake: FakeConnection, api: Cluster) -> None:
    """Whoever gives a Service a second port has the node port all the same; the page is that of port 80."""
    ports = [{"port": 443, "nodePort": 31443}, {"port": 80, "nodePort": 31080}, {"port": 8443, "nodePort": 30000}]
    fake.serve("GET", "/api/v1/namespaces/default/services/x", Page({"spec": {"type": "NodePort", "ports": ports}}))
    state = workload.service(api, "default", "x")
    assert (state.port, state.node_port, state.other_node_ports) == (80, 31080, (31443, 30000))
    assert str(state) == "x is of type NodePort, node port 31080, 31443, 30000"


def secret(owner: str, token: str) -> dict[str, Any]:
    annotations = {"kubernetes.io/service-account.name": owner}
    return {"metadata": {"annotations": annotations}, "data": {"token": encoded(token)}}


def test_token_is_the_accounts_own(fake: FakeConnection, api: Cluster) -> None:
    """Of several tokens the account's own is taken, decoded."""
    fake.serve("GET", "/secrets", Page({"items": [secret("default", "no"), secret("dashboard-admin", "yes")]}))
    assert account.token(api, "kubernetes-dashboard", "dashboard-admin") == "yes"


@pytest.mark.parametrize(
    ("subject", "roles"),
    [
        ({"kind": "ServiceAccount", "name": "a", "namespace": "n"}, ("cluster-admin",)),
        ({"kind": "ServiceAccount", "name": "a", "namespace": "default"}, ()),
        ({"kind": "User", "name": "a", "namespace": "n"}, ()),
    ],
)
def test_roles_of_an_account(
    fake: FakeConnection, api: Cluster, subject: dict[str, str], roles: tuple[str, ...]
) -> None:
    """A binding counts for the very account: of its kind, name and namespace."""
    bindings = [{"roleRef": {"name": "cluster-admin"}, "subjects": [subject]}, {"roleRef": {"name": "view"}}]
    fake.serve("GET", "/serviceaccounts/a", Page({}))
    fake.serve("GET", "/clusterrolebindings", Page({"items": bindings}))
    assert account.read(api, "n", "a").cluster_roles == roles


@pytest.mark.parametrize(
    "text", ["", "garbage", "networking: 3", "networking: [1]", "a: &a x\nnetworking: *a", "{"], ids=repr
)
def test_settings_that_are_spoilt(text: str) -> None:
    """A spoilt record of kubeadm's settings says nothing, and is no crash."""
    assert control_plane.parse_settings(text) == control_plane.InitSettings()


def test_settings_of_init() -> None:
    """What kubeadm was told is read from its own record."""
    text = "kubernetesVersion: v1.20.2\nimageRepository: r\nnetworking: {serviceSubnet: s, podSubnet: p}\n"
    assert control_plane.parse_settings(text) == control_plane.InitSettings("v1.20.2", "r", "s", "p")
