import base64

from standins.dashboard.keys import keep
from tests.standins.fake_cluster import POWERLESS, FakeCluster

SECRET = "/api/v1/namespaces/home/secrets/holder"


def test_key_outlives_a_restart(cluster: FakeCluster) -> None:
    """The key made at the first start is the one found at the second."""
    cluster.put(SECRET)
    first = keep(cluster.api(), "home", "holder", "key")
    assert base64.b64decode(cluster.objects[SECRET]["data"]["key"]) == first
    assert keep(cluster.api(), "home", "holder", "key") == first


def test_damaged_key_is_replaced(cluster: FakeCluster) -> None:
    """A stored key that is no key is replaced."""
    cluster.put(SECRET, data={"key": "anVuaw=="})
    assert keep(cluster.api(), "home", "holder", "key") != b"junk"


def test_without_rights_the_key_is_for_this_run(cluster: FakeCluster) -> None:
    """Where the Secret may not be read, the page works all the same."""
    assert len(keep(cluster.api(POWERLESS), "home", "holder", "key")) == 44
