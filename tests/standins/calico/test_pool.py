import pytest

from standins.calico.pool import KUBEADM, POOL_NAME, POOLS, ensure_pool, pool_cidr, share
from standins.cluster_api import ApiError
from tests.standins.fake_cluster import POWERLESS, FakeCluster

OWN = "192.168.200.10/24"
SETTINGS = "kind: ClusterConfiguration\nnetworking:\n  podSubnet: 10.122.0.0/16\n  serviceSubnet: 10.10.0.0/16\n"


def test_pool_is_kubeadms_pod_subnet(cluster: FakeCluster) -> None:
    """The default pool has the range that kubeadm was given."""
    cluster.put(KUBEADM, data={"ClusterConfiguration": SETTINGS})
    assert ensure_pool(cluster.api(), OWN) == "10.122.0.0/16"
    made = cluster.objects[f"{POOLS}/{POOL_NAME}"]
    assert (made["spec"]["cidr"], made["spec"]["blockSize"]) == ("10.122.0.0/16", 26)


def test_existing_pool_is_kept(cluster: FakeCluster) -> None:
    """A pool that is there is not changed, whatever kubeadm says."""
    cluster.put(f"{POOLS}/{POOL_NAME}", spec={"cidr": "10.99.0.0/16"})
    assert ensure_pool(cluster.api(), OWN) == "10.99.0.0/16"


def test_environment_has_the_first_word(cluster: FakeCluster) -> None:
    """The variable in the manifest wins over kubeadm's subnet."""
    assert pool_cidr(cluster.api(), OWN, {"CALICO_IPV4POOL_CIDR": "192.168.0.0/16"}) == "192.168.0.0/16"


@pytest.mark.parametrize(
    ("own", "cidr"),
    [("192.168.200.10/24", "172.16.0.0/16"), ("172.16.0.4/12", "192.168.0.0/16"), ("10.0.2.15/24", "192.168.0.0/16")],
)
def test_pool_without_a_pod_subnet(cluster: FakeCluster, own: str, cidr: str) -> None:
    """Where kubeadm was told no Pod subnet Calico takes a default that the machine itself is not in."""
    cluster.put(KUBEADM, data={"ClusterConfiguration": "networking: {}"})
    assert pool_cidr(cluster.api(), own, {}) == cidr


def test_refused_settings_are_not_a_missing_subnet(cluster: FakeCluster) -> None:
    """Who may not read kubeadm's settings says so, and takes no default for them."""
    with pytest.raises(ApiError, match="forbidden"):
        pool_cidr(cluster.api(POWERLESS), OWN, {})


def test_share_has_a_name_of_its_own() -> None:
    """The record of a Node's range is named after both."""
    assert share("node", "10.122.1.0/24")["metadata"]["name"] == "node-10-122-1-0-24"
