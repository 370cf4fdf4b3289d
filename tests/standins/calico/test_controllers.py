from threading import Event

from labproof.ground.wait import Deadline, wait_until
from standins.calico import pool
from standins.calico.controllers import Rounds, leftovers, status_app
from standins.serving import Request
from tests.standins.fake_cluster import FakeCluster

READY = Request("GET", "/ready", "/ready", {}, {})


def test_leftovers_are_of_nodes_that_are_gone() -> None:
    """Only the shares of Nodes that no longer exist are left over."""
    shares = [pool.share("master", "10.122.0.0/24"), pool.share("gone", "10.122.7.0/24")]
    assert leftovers(shares, ["master"]) == ("gone-10-122-7-0-24",)


def test_round_cleans_up_and_leaves_the_pool_alone(cluster: FakeCluster) -> None:
    """A round removes leftovers and makes the controller ready; a pool that was deleted is not made again."""
    cluster.put("/api/v1/nodes/master")
    for name in ("master", "gone"):
        content = pool.share(name, "10.122.0.0/24")
        cluster.put(f"{pool.SHARES}/{content['metadata']['name']}", **content)
    rounds = Rounds(cluster.api())
    app = status_app(rounds)
    assert app(READY).status == 503
    stop = Event()
    rounds.nodes.start(stop)
    wait_until(rounds.make, bool, Deadline(5), "a round", every=0.01)
    assert [found["spec"]["node"] for found in cluster.under(pool.SHARES)] == ["master"]
    assert f"{pool.POOLS}/{pool.POOL_NAME}" not in cluster.objects
    assert app(READY).status == 200
    stop.set()


def test_nothing_is_removed_before_the_nodes_are_known(cluster: FakeCluster) -> None:
    """Before the first list of Nodes no share is taken for a leftover."""
    content = pool.share("master", "10.122.0.0/24")
    cluster.put(f"{pool.SHARES}/{content['metadata']['name']}", **content)
    assert not Rounds(cluster.api()).make()
    assert cluster.under(pool.SHARES)
