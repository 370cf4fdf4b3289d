"""What pod networking needs to know about the cluster's Nodes, and what follows from it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from standins.calico.blocks import Share
from standins.cluster_api import Json

ADDRESS_ANNOTATION = "projectcalico.org/IPv4Address"


@dataclass(frozen=True)
class ClusterNode:
    """A Node: its address, its range of Pod addresses, and the address that its agent announced."""

    name: str
    address: str
    pod_cidr: str
    announced: str = ""
    is_network_up: bool = False

    @classmethod
    def of(cls, item: Json) -> "ClusterNode":
        """Read a Node of the API."""
        status = item.get("status", {})
        addresses = status.get("addresses") or []
        internal = [found["address"] for found in addresses if found["type"] == "InternalIP"]
        network = [found for found in status.get("conditions") or [] if found["type"] == "NetworkUnavailable"]
        return cls(
            name=item["metadata"]["name"],
            address=internal[0] if internal else "",
            pod_cidr=item.get("spec", {}).get("podCIDR", ""),
            announced=(item["metadata"].get("annotations") or {}).get(ADDRESS_ANNOTATION, ""),
            is_network_up=any(found["status"] == "False" for found in network),
        )


def routes_to(others: Collection[ClusterNode], shares: Iterable[Share]) -> Mapping[str, str]:
    """Return the gateway for each range of the other Nodes: what its agent announced, not the InternalIP."""
    gateways = {node.name: node.announced.partition("/")[0] for node in others if node.announced}
    ranges = {share.cidr: gateways[share.node] for share in shares if share.node in gateways}
    # What kubeadm gave a Node is surely its own, whoever had it before.
    own = {node.pod_cidr: gateways[node.name] for node in others if node.pod_cidr and node.name in gateways}
    return {**ranges, **own}


def peers_of(others: Iterable[ClusterNode]) -> tuple[str, ...]:
    """Return the addresses that must answer: of the Nodes whose agent has announced itself."""
    return tuple(sorted(node.announced.split("/")[0] for node in others if node.announced))
