"""Which range of the pool a Node has: its podCIDR where that is of the pool, or else a block of its own."""

from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Network
from zlib import crc32

from standins.cluster_api import Json

BLOCK_PREFIX = 26


class PoolFull(Exception):
    """Report a pool without a block that is free."""


@dataclass(frozen=True)
class Share:
    """A range of the pool and the Node that has it."""

    cidr: str
    node: str

    @classmethod
    def of(cls, item: Json) -> "Share":
        """Read a BlockAffinity of the API."""
        return cls(item["spec"]["cidr"], item["spec"]["node"])


def range_of(node: str, pod_cidr: str, pool: str, shares: Collection[Share]) -> str:
    """Return the range for a Node's Pods; raise PoolFull.

    kubeadm gives each Node a podCIDR only where it was told a podSubnet: Calico needs none.
    """
    network = IPv4Network(pool, strict=False)
    if pod_cidr and IPv4Network(pod_cidr).subnet_of(network):
        return pod_cidr
    own = sorted(share.cidr for share in shares if share.node == node)
    if kept := next((cidr for cidr in own if IPv4Network(cidr).subnet_of(network)), ""):
        return kept
    return _free(node, network, [IPv4Network(share.cidr) for share in shares])


def _free(node: str, pool: IPv4Network, taken: Collection[IPv4Network]) -> str:
    size = 1 << (32 - max(BLOCK_PREFIX, pool.prefixlen))
    count = pool.num_addresses // size
    # Two Nodes that begin at once begin at different blocks, as Calico's do.
    for step in range(count):
        first = pool.network_address + (crc32(node.encode()) + step) % count * size
        block = IPv4Network((first, max(BLOCK_PREFIX, pool.prefixlen)))
        if not any(block.overlaps(other) for other in taken):
            return str(block)
    raise PoolFull(f"failed to request IPv4 addresses: pool {pool} has no free block")
