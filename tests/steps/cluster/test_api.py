"""The Kubernetes API through the seam."""

import json

import pytest
import yaml

from labproof.connection.base import Purpose
from labproof.connection.fake import FakeConnection, Page, Reply
from labproof.ground.errors import NoCluster, Refused, TransportError, Unreachable
from labproof.lab.machine import Lab, Phase
from steps.cluster.api import ADMIN_CONF, EVERY_SECRET, ApiProblem, Cluster, read_credential
from tests.conftest import encoded

NODES = "https://192.168.200.10:6443/api/v1/nodes"


def test_objects_come_as_the_api_says_them(fake: FakeConnection, api: Cluster) -> None:
    """An object comes back as the API's own JSON."""
    fake.serve("GET", NODES, Page({"items": [{"metadata": {"name": "master"}}]}))
    assert api.read("/api/v1/nodes") == {"items": [{"metadata": {"name": "master"}}]}


def test_requests_go_through_master_as_the_administrator(fake: FakeConnection, api: Cluster, phase: Phase) -> None:
    """A request goes through master with kubeadm's own credential, for the purpose of the moment."""
    fake.serve("GET", NODES, Page({"items": []}))
    phase.purpose = Purpose.BEFORE
    api.read("/api/v1/nodes")
    request, purpose = fake.requests[-1]
    assert (request.via, request.url, purpose) == ("master", NODES, Purpose.BEFORE)
    assert request.credential is not None
    assert (request.credential.certificate, request.credential.key) == ("CERTIFICATE", "KEY")


@pytest.mark.parametrize("status", [200, 404, 500])
def test_server_that_answers_anybody_is_not_the_api(fake: FakeConnection, api: Cluster, status: int) -> None:
    """Somebody without a credential is refused before anything that the server says is believed."""
    fake.serve("GET", f"https://192.168.200.10:6443{EVERY_SECRET}", Page({"items": []}, status))
    fake.serve("GET", NODES, Page({"items": []}))
    with pytest.raises(NoCluster, match=f"answers {status} to somebody without a credential"):
        api.read("/api/v1/nodes")
    assert [r.credential.certificate for r, _ in fake.requests if r.credential] == [""]


@pytest.mark.parametrize("status", [429, 503, 504])
def test_busy_api_is_no_open_one(fake: FakeConnection, api: Cluster, status: int) -> None:
    """An API that answers to nobody at the moment has told no secret: nothing is said of anybody's rights."""
    fake.serve("GET", f"https://192.168.200.10:6443{EVERY_SECRET}", Page("Too many requests", status))
    with pytest.raises(ApiProblem, match=f"the API answered {status}: Too many requests"):
        api.read("/api/v1/nodes")


def test_credential_is_read_once(fake: FakeConnection, api: Cluster) -> None:
    """The credential is taken from master once, and again after it was forgotten."""
    fake.serve("GET", NODES, Page({}))
    for _ in range(3):
        api.read("/api/v1/nodes")
    assert len(fake.lines("master")) == 1
    api.forget()
    api.read("/api/v1/nodes")
    assert len(fake.lines("master")) == 2


def test_selectors_and_bodies_are_sent(fake: FakeConnection, api: Cluster) -> None:
    """What a call selects and what it sends reach the API."""
    fake.serve("GET", "/pods?labelSelector=tier%3Dcontrol-plane", Page({"items": []}))
    fake.serve("POST", "/api/v1/namespaces", Page({"kind": "Namespace"}, 201))
    api.read("/api/v1/namespaces/{}/pods", "kube-system", labelSelector="tier=control-plane")
    api.create("/api/v1/namespaces", body={"metadata": {"name": "probe"}})
    assert json.loads(fake.requests[-1][0].body) == {"metadata": {"name": "probe"}}


def test_absence_is_none(fake: FakeConnection, api: Cluster) -> None:
    """An object that there is not is None, not an error."""
    fake.serve("GET", NODES, Page({"message": 'nodes "x" not found'}, 404))
    assert api.read("/api/v1/nodes") is None


@pytest.mark.parametrize("status", [400, 401, 403, 409, 500, 503])
def test_other_answers_are_problems(fake: FakeConnection, api: Cluster, status: int) -> None:
    """Any other answer is a problem with its status and words: never an object, never an absence."""
    fake.serve("GET", NODES, Page({"message": "no way"}, status))
    with pytest.raises(ApiProblem, match="no way") as raised:
        api.read("/api/v1/nodes")
    assert raised.value.status == status
    assert isinstance(raised.value, TransportError)


@pytest.mark.parametrize("body", ["", "<html>", "[1]", "3", "[" * 100_000])
def test_answer_that_is_no_object(fake: FakeConnection, api: Cluster, body: str) -> None:
    """What answers but speaks no Kubernetes could not be seen."""
    fake.serve("GET", NODES, Page(body))
    with pytest.raises(ApiProblem, match="not"):
        api.read("/api/v1/nodes")


@pytest.mark.parametrize("problem", [Refused("nobody"), Unreachable("lost")])
def test_blindness_passes_through(fake: FakeConnection, api: Cluster, problem: TransportError) -> None:
    """What the connection could not see passes through the client as it is."""
    fake.serve("GET", NODES, problem)
    with pytest.raises(type(problem)):
        api.read("/api/v1/nodes")


def test_plain_paths(fake: FakeConnection, api: Cluster) -> None:
    """A plain path gives its text, whatever its status."""
    fake.serve("GET", "/readyz", Page("[-]etcd failed", 500))
    assert api.text("/readyz") == "[-]etcd failed"


def test_bearer_has_nothing_of_the_administrator(fake: FakeConnection, api: Cluster) -> None:
    """Who asks with a token shows the token alone, to a server of the same authority."""
    fake.serve("GET", NODES, Page({}))
    bearer = api.as_bearer("dashboard-admin", "secret")
    bearer.read("/api/v1/nodes")
    credential = fake.requests[-1][0].credential
    assert credential is not None
    assert (credential.token, credential.certificate, credential.key) == ("secret", "", "")
    assert credential.authority == "AUTHORITY"
    assert "secret" not in str(fake.requests[-1][0]) + repr(credential)


def test_no_cluster_was_made(fake: FakeConnection, pair: Lab) -> None:
    """Where kubeadm never succeeded there is no cluster, which is a fact."""
    fake.answer("master", ADMIN_CONF, Reply(status=44))
    with pytest.raises(NoCluster, match="kubeadm init has not succeeded there"):
        read_credential(pair["master"])


GOOD = {
    "users": [{"user": {"client-certificate-data": encoded("C"), "client-key-data": encoded("K")}}],
    "clusters": [{"cluster": {"certificate-authority-data": encoded("A"), "server": "https://evil.test"}}],
}


def test_only_certificates_are_read(fake: FakeConnection, pair: Lab) -> None:
    """From the administrator's file the certificates are read, and nothing else."""
    fake.answer("master", ADMIN_CONF, yaml.safe_dump(GOOD))
    credential = read_credential(pair["master"])
    assert (credential.certificate, credential.key, credential.authority) == ("C", "K", "A")
    assert "evil" not in repr(credential)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "garbage",
        "x: 2020-13-45",
        "[" * 5000,
        yaml.safe_dump({**GOOD, "users": []}),
        yaml.safe_dump({**GOOD, "users": [{"user": {"exec": {"command": "evil"}}}]}),
        yaml.safe_dump({**GOOD, "users": [{"user": {"client-certificate-data": 3, "client-key-data": None}}]}),
    ],
    ids=lambda text: text[:40],
)
def test_broken_credential_is_no_cluster(fake: FakeConnection, pair: Lab, text: str) -> None:
    """An administrator's file that was spoilt opens no cluster, and is no crash."""
    fake.answer("master", ADMIN_CONF, text)
    with pytest.raises(NoCluster, match="holds no client certificate"):
        read_credential(pair["master"])
