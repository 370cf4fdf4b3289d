"""The editor, deleting, scaling, and creating from input."""

import json

import pytest

from tests.standins.dashboard.conftest import Visitor
from tests.standins.fake_cluster import ADMIN, FakeCluster

HOME = "/apis/apps/v1/namespaces/default/deployments"
RAW = "_raw/deployment/namespace/default/name/web"
AS_ADMIN = {"Authorization": f"Bearer {ADMIN}"}
RESOURCES = [
    {"name": "deployments/scale", "kind": "Scale", "namespaced": True},
    {"name": "deployments", "kind": "Deployment", "namespaced": True},
]
YAML = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: mine}}
---
apiVersion: v1
kind: Namespace
metadata: {name: fresh}
"""


@pytest.fixture(autouse=True)
def discovery(cluster: FakeCluster) -> None:
    """Let the API say which kinds it has."""
    cluster.put("/apis/apps/v1", resources=RESOURCES)
    cluster.put("/api/v1", resources=[{"name": "namespaces", "kind": "Namespace", "namespaced": False}])


def test_editor_reads_and_saves_an_object_as_it_is(visitor: Visitor, cluster: FakeCluster) -> None:
    """What the editor shows is the API's own object; what it saves replaces it, and needs no CSRF token."""
    cluster.put(f"{HOME}/web", spec={"replicas": 1})
    found = json.loads(visitor.get(RAW, **AS_ADMIN)[1])
    assert found["metadata"]["name"] == "web"
    assert visitor.send("PUT", RAW, {**found, "spec": {"replicas": 3}}, **AS_ADMIN) == (201, "")
    assert cluster.objects[f"{HOME}/web"]["spec"] == {"replicas": 3}
    saved = cluster.seen[-1]
    assert (saved.method, saved.agent) == ("PUT", "dashboard/v2-stand-in")


def test_object_is_deleted(visitor: Visitor, cluster: FakeCluster) -> None:
    """Deleting takes an object away; once more it is 404."""
    cluster.put(f"{HOME}/web")
    assert visitor.ask("DELETE", f"/api/v1/{RAW}", **AS_ADMIN) == (200, "")
    assert f"{HOME}/web" not in cluster.objects
    assert visitor.get(RAW, **AS_ADMIN)[0] == 404


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("_raw/node/namespace/default/name/x", "Set namespace for not-namespaced resource kind: node"),
        ("_raw/pod/name/x", "Set no namespace for namespaced resource kind: pod"),
        ("_raw/thing/name/x", "Unknown resource kind: thing"),
    ],
)
def test_kind_that_does_not_fit_is_500(visitor: Visitor, path: str, said: str) -> None:
    """A kind that is not known, or is in the wrong place, is an error 500 that says so."""
    assert visitor.get(path, **AS_ADMIN) == (500, f"{said}\n")


def test_scaling_goes_by_the_subresource(visitor: Visitor, cluster: FakeCluster) -> None:
    """The number of replicas is set in the object's scale, so that the object has no new manager."""
    cluster.put(f"{HOME}/web/scale", spec={"replicas": 1}, status={"replicas": 1})
    status, text = visitor.send("PUT", "scale/deployment/default/web?scaleBy=3", {}, **AS_ADMIN)
    assert (status, json.loads(text)) == (200, {"desiredReplicas": 3, "actualReplicas": 1})
    assert cluster.seen[-1].path == f"{HOME}/web/scale"
    assert json.loads(visitor.get("scale/deployment/default/web", **AS_ADMIN)[1])["desiredReplicas"] == 3
    assert visitor.send("PUT", "scale/deployment/default/web?scaleBy=many", {}, **AS_ADMIN)[0] == 500


def test_input_is_created_as_it_is(visitor: Visitor, cluster: FakeCluster) -> None:
    """Created from input, an object has the labels of the text and not the form's, and goes where it belongs."""
    asked = {"name": "", "namespace": "default", "content": YAML, "validate": True}
    status, text = visitor.post("appdeploymentfromfile", asked, **AS_ADMIN)
    assert (status, json.loads(text)) == (201, {"name": "", "content": YAML, "error": ""})
    assert cluster.objects[f"{HOME}/web"]["metadata"]["labels"] == {"app": "mine"}
    assert "/api/v1/namespaces/fresh" in cluster.objects
    assert {seen.agent for seen in cluster.seen} == {"dashboard/v2-stand-in"}


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        ("a: [", 500, "error converting YAML to JSON"),
        ("just words", 500, "cannot unmarshal"),
        ("{apiVersion: apps/v1, kind: Thing}", 500, "Unknown resource kind: Thing"),
        ("{apiVersion: no.such/v1, kind: Thing}", 404, "not found"),
        (YAML, 409, "already exists"),
    ],
)
def test_input_that_cannot_be_created_is_refused(
    visitor: Visitor, cluster: FakeCluster, content: str, status: int, said: str
) -> None:
    """What cannot be read is 500; the cluster's refusals keep their status."""
    cluster.put(f"{HOME}/web")
    answer = visitor.post("appdeploymentfromfile", {"namespace": "default", "content": content}, **AS_ADMIN)
    assert answer[0] == status
    assert said in answer[1]
