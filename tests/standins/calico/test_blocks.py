"""Which range of the pool a Node has."""

from ipaddress import IPv4Network

import pytest

from standins.calico.blocks import PoolFull, Share, range_of

POOL = "10.122.0.0/16"


def test_kubeadms_range_is_taken_where_it_is_of_the_pool() -> None:
    """The range that kubeadm gave the Node is its own, whatever shares there are."""
    assert range_of("node", "10.122.1.0/24", POOL, [Share("10.122.7.0/26", "node")]) == "10.122.1.0/24"


def test_block_that_the_node_has_is_kept() -> None:
    """A Node that has a block of the pool keeps it; one of another pool does not count."""
    shares = [Share("10.244.3.0/26", "node"), Share("10.122.7.0/26", "node"), Share("10.122.8.0/26", "master")]
    assert range_of("node", "", POOL, shares) == "10.122.7.0/26"


def test_block_that_another_has_is_not_given_twice() -> None:
    """Nodes get different blocks of the pool, until it is full."""
    pool, shares = "10.122.0.0/24", []
    for number in range(4):
        cidr = range_of(f"node{number}", "", pool, shares)
        assert IPv4Network(cidr).subnet_of(IPv4Network(pool))
        shares.append(Share(cidr, f"node{number}"))
    assert len({share.cidr for share in shares}) == 4
    with pytest.raises(PoolFull, match=r"pool 10\.122\.0\.0/24 has no free block"):
        range_of("late", "", pool, shares)
