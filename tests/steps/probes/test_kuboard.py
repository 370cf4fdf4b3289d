"""Kuboard's image: its Deployment decides which and where."""

import pytest

from labproof.connection.fake import FakeConnection, Page, Reply
from labproof.lab.machine import Lab
from steps.cluster.api import Cluster
from steps.probes import kuboard

USUAL = "eipwork/kuboard:latest"


def deployment(image: str, node: str) -> Page:
    """Return a Deployment that names an image and, unless it is empty, a node."""
    spec = {"containers": [{"name": "kuboard", "image": image}], **({"nodeName": node} if node else {})}
    return Page({"spec": {"template": {"spec": spec}}})


@pytest.mark.parametrize(
    ("image", "node", "held", "is_held"),
    [
        ("eipwork/kuboard:v2.0.5.5", "node", {"node": "eipwork/kuboard:v2.0.5.5"}, True),
        ("eipwork/kuboard:latest", "master", {"master": "eipwork/kuboard:latest"}, True),
        ("docker.io/eipwork/kuboard", "", {"master": "eipwork/kuboard:latest"}, True),
        ("eipwork/kuboard:v2.0.5.5", "node", {"master": "eipwork/kuboard:v2.0.5.5"}, False),
        ("eipwork/kuboard:v2.0.5.5", "node", {"node": "eipwork/kuboard:latest"}, False),
        ("nginx:1.22", "node", {"node": "nginx:1.22"}, False),
    ],
    ids=["pinned on node", "as in the course", "short", "other machine", "other tag", "another program"],
)
def test_deployment_decides(
    fake: FakeConnection, pair: Lab, api: Cluster, image: str, node: str, held: dict[str, str], is_held: bool
) -> None:
    """The image that the Deployment names counts, on the machine that it names."""
    fake.serve("GET", "/deployments/kuboard", deployment(image, node))
    for name in ("master", "node"):
        fake.answer(name, "docker image ls", held.get(name, ""))
    assert kuboard.image(pair, api, USUAL).is_held is is_held


def test_without_a_deployment_it_is_looked_for_on_master(fake: FakeConnection, pair: Lab, api: Cluster) -> None:
    """Before kuboard.yaml is applied the course's own image on master is what is asked for."""
    fake.serve("GET", "/deployments/kuboard", Page({}, 404))
    fake.answer("master", "docker image ls", "nginx:1.22\n")
    assert str(kuboard.image(pair, api, USUAL)) == f"missing: {USUAL} on master"
    fake.answer("master", "docker image ls", Reply("", 1, "Cannot connect to the Docker daemon"))
    assert str(kuboard.image(pair, api, USUAL)) == (
        "docker could not list its images: Cannot connect to the Docker daemon"
    )
