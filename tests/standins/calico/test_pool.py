import pytest

from standins.calico.pool import KUBEADM, POOL_NAME, POOLS, ensure_pool, pool_cidr, share
from standins.cluster_api import ApiError
from tests.standins.fake_cluster import FakeCluster

SETTINGS = "kind: ClusterConfiguration\nnetworking:\n  podSubnet: 10.122.0.0/16\n  serviceSubnet: 10.10.0.0/16\n"


def test_pool_is_kubeadms_pod_subnet(cluster: FakeCluster) -> None:
    """The default pool has the range that kubeadm was given."""
    cluster.put(KUBEADM, data={"ClusterConfiguration": SETTINGS})
    assert ensure_pool(cluster.api()) == "10.122.0.0/16"
    made = cluster.objects[f"{POOLS}/{POOL_NAME}"]
    assert (made["spec"]["cidr"], made["spec"]["blockSize"]) == ("10.122.0.0/16", 26)


def test_existing_pool_is_kept(cluster: FakeCluster) -> None:
    """A pool that is there is not changed, whatever kubeadm says."""
    cluster.put(f"{POOLS}/{POOL_NAME}", spec={"cidr": "10.99.0.0/16"})
    assert ensure_pool(cluster.api()) == "10.99.0.0/16"


def test_environment_has_the_first_word(cluster: FakeCluster) -> None:
    """The variable in the manifest wins over kubeadm's subnet."""
    assert pool_cidr(cluster.api(), {"CALICO_IPV4POOL_CIDR": "192.168.0.0/16"}) == "192.168.0.0/16"


def test_missing_subnet_is_said(cluster: FakeCluster) -> None:
    """A cluster without a Pod subnet is named as the reason."""
    cluster.put(KUBEADM, data={"ClusterConfiguration": "networking: {}"})
    with pytest.raises(ApiError, match="podSubnet"):
        pool_cidr(cluster.api(), {})


def test_share_has_a_name_of_its_own() -> None:
    """The record of a Node's range is named after both."""
    assert share("node", "10.122.1.0/24")["metadata"]["name"] == "node-10-122-1-0-24"
