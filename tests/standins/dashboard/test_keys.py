import base64

import pytest

from standins.cluster_api import ApiError, ApiUnreachable, ClusterApi
from standins.dashboard.keys import csrf_key, session_key
from tests.standins.fake_cluster import POWERLESS, FakeCluster

HOME = "/api/v1/namespaces/home/secrets"
HOLDER, CSRF = f"{HOME}/kubernetes-dashboard-key-holder", f"{HOME}/kubernetes-dashboard-csrf"


def test_keys_outlive_a_restart(cluster: FakeCluster) -> None:
    """The keys made at the first start are the ones found at the second."""
    cluster.put(HOLDER)
    cluster.put(CSRF, data={"csrf": ""})
    first, csrf = session_key(cluster.api(), "home"), csrf_key(cluster.api(), "home")
    assert base64.b64decode(cluster.objects[HOLDER]["data"]["priv"]).startswith(b"-----BEGIN RSA PRIVATE KEY-----")
    assert session_key(cluster.api(), "home").private_numbers() == first.private_numbers()
    assert csrf_key(cluster.api(), "home") == csrf
    assert len(csrf) == 256


def test_damaged_key_is_replaced(cluster: FakeCluster) -> None:
    """A stored key that is no key is replaced."""
    cluster.put(HOLDER, data={"priv": "anVuaw=="})
    key = session_key(cluster.api(), "home")
    assert session_key(cluster.api(), "home").private_numbers() == key.private_numbers()


def test_without_rights_the_session_key_is_for_this_run(cluster: FakeCluster) -> None:
    """Where the holder's Secret may not be read, the page works all the same."""
    assert session_key(cluster.api(POWERLESS), "home").key_size == 2048


def test_without_its_csrf_secret_it_does_not_start(cluster: FakeCluster) -> None:
    """A CSRF key that cannot be read is an error, whoever is to blame."""
    with pytest.raises(ApiError, match="not found"):
        csrf_key(cluster.api(), "home")
    with pytest.raises(ApiError, match="forbidden"):
        csrf_key(cluster.api(POWERLESS), "home")
    with pytest.raises(ApiUnreachable):
        csrf_key(ClusterApi("http://127.0.0.1:1", None, lambda: None, "tests"), "home")
