"""Calico on machines with two network cards, by its operator, or not at all."""

from typing import Any

import pytest

from labproof.connection.fake import FakeConnection, Page
from steps.cluster.api import Cluster
from steps.probes import calico

STATUS = {"observedGeneration": 1, "desiredNumberScheduled": 2, "updatedNumberScheduled": 2, "numberAvailable": 1}
SET: dict[str, Any] = {
    "metadata": {"generation": 1},
    "spec": {"selector": {"matchLabels": {"k8s-app": "calico-node"}}},
    "status": STATUS,
}
LOG = (
    "2021-01-04 17:24:47.101 [INFO][8] startup/startup.go 379: Early log level set to info\n"
    "2021-01-04 17:24:47.803 [WARNING][8] startup/startup.go 1119: Calico node 'master' is already using the IPv4"
    " address 10.0.2.15.\n"
    "2021-01-04 17:24:47.806 [WARNING][8] startup/startup.go 1331: Terminating\n"
    "Calico node failed to start\n"
)


def node(name: str, address: str, took: str) -> dict[str, Any]:
    """Return a node and the address that Calico took on it."""
    return {
        "metadata": {"name": name, "annotations": {"projectcalico.org/IPv4Address": f"{took}/24"}},
        "status": {"addresses": [{"type": "InternalIP", "address": address}]},
    }


def test_both_on_the_nat_address_are_told(fake: FakeConnection, api: Cluster) -> None:
    """Where Calico took the same address on both machines, the crashed agent's own words and the addresses are told."""
    waits = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 40s restarting failed container"}}
    crashed = {
        "metadata": {"name": "calico-node-x"},
        "status": {"containerStatuses": [{"name": "calico-node", "restartCount": 4, "ready": False, "state": waits}]},
    }
    nodes = [node("master", "192.168.200.10", "10.0.2.15"), node("node", "192.168.200.20", "10.0.2.15")]
    fake.serve("GET", "/events", Page({"items": []}))
    fake.serve("GET", "/namespaces/kube-system/daemonsets/calico-node", Page(SET))
    fake.serve("GET", "/pods?labelSelector=", Page({"items": [crashed]}))
    fake.serve("GET", "/pods/calico-node-x/log?container=calico-node&tailLines=40&previous=true", Page(LOG))
    fake.serve("GET", "/api/v1/nodes", Page({"items": nodes}))
    said = str(calico.agents(api))
    assert "calico-node said: Calico node 'master' is already using the IPv4 address 10.0.2.15." in said
    assert said.endswith("Calico took the address 10.0.2.15 on master and node")


def test_right_addresses_are_not_told(fake: FakeConnection, api: Cluster) -> None:
    """An address that is the node's own explains nothing."""
    fake.serve("GET", "/api/v1/nodes", Page({"items": [node("master", "192.168.200.10", "192.168.200.10")]}))
    assert calico.wrong_addresses(api) == ""
    fake.serve("GET", "/api/v1/nodes", Page({}, 500))
    assert calico.wrong_addresses(api) == ""


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["canal", "kube-proxy"], "calico-node does not exist; another network plugin runs instead: canal"),
        (["kube-flannel-ds-amd64"], "another network plugin runs instead: kube-flannel-ds-amd64"),
        (["kube-proxy"], "calico-node does not exist"),
    ],
)
def test_another_plugin_is_named(fake: FakeConnection, api: Cluster, names: list[str], says: str) -> None:
    """A cluster without Calico that has another network plugin is told with that plugin's name."""
    fake.serve("GET", "/daemonsets/calico-node", Page({}, 404))
    fake.serve("GET", "/apis/apps/v1/daemonsets", Page({"items": [{"metadata": {"name": name}} for name in names]}))
    fake.serve("GET", "/daemonsets/calico-node", Page({}, 404))
    assert str(calico.agents(api)).endswith(says)


def test_operators_calico_counts(fake: FakeConnection, api: Cluster) -> None:
    """Calico that its operator put into calico-system earns what the handout's earns."""
    done = {**STATUS, "numberAvailable": 2}
    fake.serve("GET", "/namespaces/kube-system/daemonsets/calico-node", Page({}, 404))
    fake.serve("GET", "/namespaces/calico-system/daemonsets/calico-node", Page({**SET, "status": done}))
    assert calico.agents(api).is_available
