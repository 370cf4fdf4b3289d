"""How the system's Pods are on one node, in words that stand behind their names."""

from typing import Any

import pytest

from labproof.connection.fake import FakeConnection, Page
from steps.cluster.api import Cluster
from steps.probes import workload

READY = {"conditions": [{"type": "Ready", "status": "True"}]}
WAITS = {"containerStatuses": [{"name": "calico-node", "state": {"waiting": {"reason": "ImagePullBackOff"}}}]}


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (READY, "ready"),
        (WAITS, "not ready: calico-node: ImagePullBackOff"),
        ({"phase": "Pending"}, "Pending, not ready"),
    ],
    ids=["ready", "waits", "says nothing"],
)
def test_pod_is_told_behind_its_name(fake: FakeConnection, api: Cluster, status: dict[str, Any], told: str) -> None:
    """A Pod is ready, or not ready with what it waits for, or only in its phase; one that is not there is absent."""
    pod = {"metadata": {"name": "calico-node-1", "labels": {"k8s-app": "calico-node"}}, "status": status}
    fake.serve("GET", "/pods", Page({"items": [pod]}))
    fake.serve("GET", "/events", Page({"items": []}))
    assert workload.on_node(api, "node", ("calico-node", "kube-proxy")) == {"calico-node": told, "kube-proxy": "absent"}
