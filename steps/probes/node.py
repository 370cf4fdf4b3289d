"""Nodes as the API sees them."""

from dataclasses import dataclass

from labproof.ground.untrusted import reads_objects
from steps.cluster.api import Cluster, Json

READY = "Ready"
_WORDS = {"False": "NotReady"}


@dataclass(frozen=True)
class NodeState:
    """One node: `ready` is True, False or Unknown, in the API's own words."""

    name: str
    ready: str
    reason: str
    address: str
    version: str
    labels: frozenset[str]

    def __str__(self) -> str:
        return f"{self.name}: Ready is {self.ready}{f' ({self.reason})' if self.ready != 'True' else ''}"


@reads_objects
def read_all(cluster: Cluster) -> dict[str, NodeState]:
    """Return every node by its name."""
    nodes = cluster.read("/api/v1/nodes") or {}
    return {node["metadata"]["name"]: parse(node) for node in nodes.get("items", [])}


def parse(node: Json) -> NodeState:
    """Return what the API says of one node."""
    status = node.get("status", {})
    ready: Json = next((c for c in status.get("conditions", []) if c["type"] == "Ready"), {})
    addresses = [a["address"] for a in status.get("addresses", []) if a["type"] == "InternalIP"]
    return NodeState(
        name=str(node["metadata"]["name"]),
        ready=str(ready.get("status", "absent")),
        reason=str(ready.get("message", "no condition")),
        address=str(addresses[0]) if addresses else "",
        version=str(status.get("nodeInfo", {}).get("kubeletVersion", "")),
        labels=frozenset(node["metadata"].get("labels", {}).keys()),
    )


def ready_states(cluster: Cluster) -> dict[str, str]:
    """Return how every node is, as kubectl words it; one that is not Ready with the kubelet's reason."""
    states = read_all(cluster).values()
    return {s.name: READY if s.ready == "True" else f"{_WORDS.get(s.ready, s.ready)}: {s.reason}" for s in states}


def labelled(cluster: Cluster, label: str) -> set[str]:
    """Return the names of the nodes that carry a label."""
    return {name for name, state in read_all(cluster).items() if label in state.labels}
