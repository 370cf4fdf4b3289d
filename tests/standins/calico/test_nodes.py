from dataclasses import replace

from standins.calico.blocks import Share
from standins.calico.nodes import ClusterNode, peers_of, routes_to

MASTER = ClusterNode("master", "192.168.200.10", "10.122.0.0/24", "192.168.200.10/24", True)
NODE = ClusterNode("node", "192.168.200.20", "10.122.1.0/24")


def test_node_is_read() -> None:
    """A Node is read as the API gives it."""
    item = {
        "metadata": {"name": "master", "annotations": {"projectcalico.org/IPv4Address": "192.168.200.10/24"}},
        "spec": {"podCIDR": "10.122.0.0/24"},
        "status": {
            "addresses": [
                {"type": "Hostname", "address": "master"},
                {"type": "InternalIP", "address": "192.168.200.10"},
            ],
            "conditions": [{"type": "NetworkUnavailable", "status": "False"}],
        },
    }
    assert ClusterNode.of(item) == MASTER


def test_new_node_is_read() -> None:
    """A Node that has just registered lacks nearly everything."""
    assert ClusterNode.of({"metadata": {"name": "node"}}) == ClusterNode("node", "", "")


SHARES = [Share("10.122.0.0/24", "master"), Share("172.16.4.64/26", "master"), Share("10.122.1.0/24", "node")]


def test_routes_go_to_the_address_that_was_announced() -> None:
    """A range leads to the address that Calico took on its Node, not to the InternalIP; who announced none has none."""
    elsewhere = replace(MASTER, announced="10.0.2.15/24")
    assert routes_to([elsewhere, NODE], SHARES) == {"10.122.0.0/24": "10.0.2.15", "172.16.4.64/26": "10.0.2.15"}


def test_podcidr_wins_over_what_was_left_behind() -> None:
    """A range that kubeadm gave a Node is that Node's, though another had it before and its share is still there."""
    left_behind = [Share("10.122.0.0/24", "node")]
    assert routes_to([MASTER, replace(NODE, announced="192.168.200.20/24")], left_behind)["10.122.0.0/24"] == (
        "192.168.200.10"
    )


def test_peers_are_those_who_announced_themselves() -> None:
    """A Node whose agent never ran is no peer; one that ran stays one."""
    assert peers_of([NODE]) == ()
    assert peers_of([MASTER, NODE]) == ("192.168.200.10",)
