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


def test_routes_go_through_the_other_nodes() -> None:
    """Each other Node's range is reached through its address; who lacks either is left out."""
    others = [NODE, ClusterNode("new", "192.168.200.30", ""), ClusterNode("odd", "", "10.122.2.0/24")]
    assert routes_to(others) == {"10.122.1.0/24": "192.168.200.20"}


def test_peers_are_those_who_announced_themselves() -> None:
    """A Node whose agent never ran is no peer; one that ran stays one."""
    assert peers_of([NODE]) == ()
    assert peers_of([MASTER, NODE]) == ("192.168.200.10",)
