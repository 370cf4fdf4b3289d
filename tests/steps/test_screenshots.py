"""Which pages of this course are shown, and what the API says beside them."""

from types import SimpleNamespace
from typing import Any

import pytest

from labproof.connection.fake import FakeConnection, Page
from labproof.lab.machine import Lab
from labproof.session.album import Subject
from steps import screenshots
from steps.cluster.api import Cluster
from steps.course import facts
from tests.conftest import encoded

REHEARSAL = facts.load("rehearsal")


class Kept:
    """An album that only notes what it is to take."""

    def __init__(self) -> None:
        self.subjects: list[Subject] = []

    def gathered(self, section: str, subjects: Any) -> list[Subject]:
        return list(subjects())

    def take(self, subject: Subject) -> None:
        self.subjects.append(subject)


@pytest.fixture
def taken(fake: FakeConnection, pair: Lab, api: Cluster, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return what is taken of a section."""

    def secret(owner: str) -> Page:
        annotations = {"kubernetes.io/service-account.name": owner}
        return Page({"items": [{"metadata": {"annotations": annotations}, "data": {"token": encoded("a.token")}}]})

    fake.serve("GET", "/namespaces/kubernetes-dashboard/secrets", secret("dashboard-admin"))
    fake.serve("GET", "/namespaces/kube-system/secrets", secret("kuboard-user"))
    fake.serve("GET", "/deployments/", Page({}, 404))
    fake.serve("GET", "/services/", Page({"spec": {"type": "NodePort", "ports": [{"port": 80, "nodePort": 30717}]}}))
    kubernetes = SimpleNamespace(cluster=api, course=REHEARSAL)
    monkeypatch.setattr(screenshots, "kubernetes_of", lambda config: kubernetes)

    def of(section: str) -> list[Subject]:
        album = Kept()
        opened: Any = SimpleNamespace(album=album, lab=pair)
        screenshots.pytest_labproof_section_ended(None, opened, section)  # type: ignore[arg-type]
        return album.subjects

    return of


def test_dashboard_is_shown_at_both_addresses(taken: Any) -> None:
    """The Dashboard is shown behind its login, at master's address, and at node's once that has joined."""
    shown = [(s.machine.name, s.scheme, s.port, bool(s.steps)) for id_ in ("dashboard", "join") for s in taken(id_)]
    assert shown == [("master", "https", 30000, True), ("node", "https", 30000, True)]


def test_nginx_is_shown_with_who_made_it(taken: Any) -> None:
    """nginx is shown in the Dashboard, with who made it, and as its page."""
    inside, page = taken("nginx")
    assert inside.scheme == "https"
    assert [*inside.state()] == [
        "nginx does not exist",
        "nginx is of type NodePort, node port 30717",
        "nginx: it does not exist",
    ]
    assert (page.scheme, page.port) == ("http", 30717)


def test_kuboard_is_opened_by_its_link(taken: Any) -> None:
    """Kuboard's console is opened by the link with a token that its documentation has."""
    (console,) = taken("kuboard")
    assert (console.port, console.path) == (32567, "/dashboard?k8sToken=a.token")


def test_other_sections_have_no_page(taken: Any) -> None:
    """Of a section without a page nothing is shown."""
    assert taken("docker") == []
