import json
from typing import Any

import pytest

from tests.standins.dashboard.conftest import Visitor
from tests.standins.fake_cluster import ADMIN, FakeCluster

LABELS = {"k8s-app": "nginx"}


@pytest.fixture(autouse=True)
def workload(cluster: FakeCluster) -> None:
    """Put an nginx, its Service and its Pod into the cluster, beside something else's Pod."""
    home = "/api/v1/namespaces/default"
    template = {"spec": {"containers": [{"name": "nginx", "image": "nginx:1.22"}]}}
    cluster.put(
        "/apis/apps/v1/namespaces/default/deployments/nginx",
        metadata={"labels": LABELS},
        spec={"replicas": 1, "selector": {"matchLabels": LABELS}, "template": template},
        status={"replicas": 1, "availableReplicas": 1},
    )
    ports = [{"port": 80, "protocol": "TCP", "nodePort": 30717}]
    spec = {"type": "LoadBalancer", "clusterIP": "10.10.3.4", "ports": ports, "selector": LABELS}
    cluster.put(f"{home}/services/nginx", spec=spec)
    for name, labels in (("nginx-1", LABELS), ("other", {})):
        cluster.put(
            f"{home}/pods/{name}",
            metadata={"labels": labels},
            spec={"containers": [], "nodeName": "node"},
            status={"phase": "Running"},
        )
    cluster.put("/api/v1/nodes/node", status={"conditions": [{"type": "Ready", "status": "True"}]})
    cluster.put(f"{home}/secrets/token", type="Opaque", data={"token": "c2VjcmV0"})


def read(visitor: Visitor, path: str) -> dict[str, Any]:
    status, text = visitor.get(path, Authorization=f"Bearer {ADMIN}")
    assert status == 200, text
    found = json.loads(text)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("path", ["deployment", "deployment/default"])
def test_deployments(visitor: Visitor, path: str) -> None:
    """A list of Deployments counts the Pods that each selects."""
    answer = read(visitor, path)
    assert (answer["listMeta"], answer["errors"]) == ({"totalItems": 1}, [])
    (cell,) = answer["deployments"]
    assert cell["objectMeta"]["name"] == "nginx"
    assert cell["containerImages"] == ["nginx:1.22"]
    assert (cell["pods"]["desired"], cell["pods"]["running"], cell["pods"]["pending"]) == (1, 1, 0)


def test_deployment_detail(visitor: Visitor) -> None:
    """One Deployment comes with its selector and its replica counts."""
    answer = read(visitor, "deployment/default/nginx")
    assert answer["selector"] == LABELS
    assert answer["statusInfo"] == {"replicas": 1, "updated": 0, "available": 1, "unavailable": 0}


def test_service_shows_its_node_port(visitor: Visitor) -> None:
    """A Service shows the node port that the cluster gave it."""
    answer = read(visitor, "service/default/nginx")
    ports = answer["internalEndpoint"]["ports"]
    assert ports == [{"port": 80, "protocol": "TCP", "nodePort": 30717}]
    assert (answer["type"], answer["clusterIP"]) == ("LoadBalancer", "10.10.3.4")


def test_nodes_say_whether_they_are_ready(visitor: Visitor) -> None:
    """A Node shows the status of its Ready condition."""
    assert [(cell["objectMeta"]["name"], cell["ready"]) for cell in read(visitor, "node")["nodes"]] == [
        ("node", "True")
    ]


def test_secrets_come_without_data(visitor: Visitor) -> None:
    """A list of Secrets does not show what is in them."""
    assert "c2VjcmV0" not in json.dumps(read(visitor, "secret/default"))


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"nginx-1", "other"}),
        ("?filterBy=name,ngi", {"nginx-1"}),
        ("?itemsPerPage=1&page=2&sortBy=a,name", {"other"}),
        ("?itemsPerPage=1&page=1&sortBy=d,name", {"other"}),
        ("?itemsPerPage=-1&page=x", {"nginx-1", "other"}),
    ],
)
def test_lists_can_be_cut(visitor: Visitor, query: str, names: set[str]) -> None:
    """Lists are filtered, sorted and cut into pages; nonsense is ignored."""
    found = {cell["objectMeta"]["name"] for cell in read(visitor, f"pod/default{query}")["pods"]}
    assert found == names


def test_missing_object_is_404(visitor: Visitor) -> None:
    """An object that is not there is 404 with the cluster's message."""
    assert visitor.get("service/default/gone", Authorization=f"Bearer {ADMIN}") == (404, '"gone" not found\n')
