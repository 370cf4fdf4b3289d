import json
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest

from standins.cluster_api import ApiUnreachable, ClusterApi
from standins.kuboard.app import Console
from standins.kuboard.server import PAGE
from standins.pages import Pages
from standins.serving import REQUEST_LIMIT, Request, Server
from tests.standins.fake_cluster import ADMIN, POWERLESS, FakeCluster


@pytest.fixture
def port(cluster: FakeCluster) -> Iterator[int]:
    server = Server(("127.0.0.1", 0), Console(cluster.api(None), Pages.of(PAGE))).start(poll=0.01)
    yield server.port
    server.shutdown()
    server.server_close()


def ask(port: int, path: str, token: str = "", method: str = "GET", **headers: str) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        sent = {"Authorization": f"Bearer {token}"} if token else {}
        connection.request(method, path, headers={**sent, **headers})
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


@pytest.mark.parametrize("path", ["/", "/login", "/dashboard?k8sToken=abc"])
def test_console_is_public_and_honest(port: int, path: str) -> None:
    """The console's page needs no token, says what it is, and never shows a token of its address."""
    status, text = ask(port, path)
    assert status == 200
    assert "stand-in" in text
    assert "abc" not in text


def test_good_token_reaches_the_api(port: int, cluster: FakeCluster) -> None:
    """With a good token, a path below /k8s-api is the API's own, query included."""
    cluster.put("/api/v1/nodes/master")
    status, text = ask(port, "/k8s-api/api/v1/nodes?limit=5", ADMIN)
    assert (status, len(json.loads(text)["items"])) == (200, 1)


@pytest.mark.parametrize(("token", "status"), [("", 401), ("wrong", 401), (POWERLESS, 403)])
def test_other_tokens_are_refused(port: int, token: str, status: int) -> None:
    """No token and a wrong token are 401; a token without rights is 403, as the API says."""
    assert ask(port, "/k8s-api/api/v1/nodes", token)[0] == status


def test_version_needs_a_token_too(port: int) -> None:
    """Even what the API tells anybody is not shown without a token."""
    assert ask(port, "/k8s-api/version")[0] == 401


@pytest.mark.parametrize("path", ["/k8s-api/api/v1/pods?watch=true", "/k8s-api/api/v1/watch/pods"])
def test_endless_answers_are_not_passed_on(port: int, path: str) -> None:
    """A watch is refused rather than left hanging."""
    assert ask(port, path, ADMIN)[0] == 501


def test_large_request_is_refused(port: int) -> None:
    """A body beyond the limit is 413, without reading it."""
    assert ask(port, "/k8s-api/x", ADMIN, "POST", **{"Content-Length": str(REQUEST_LIMIT + 1)})[0] == 413


def test_dead_api_is_502() -> None:
    """An API server that cannot be reached is 502."""

    class Dead(ClusterApi):
        def send(self, *_: object, **__: object) -> None:  # type: ignore[override]
            raise ApiUnreachable("gone")

    console = Console(Dead("http://127.0.0.1:1", None, lambda: None, "tests"), Pages.of(PAGE))
    asked = Request("GET", "/k8s-api/version", "/k8s-api/version", {}, {"authorization": "Bearer a"})
    assert console(asked).status == 502
