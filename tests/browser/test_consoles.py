"""The consoles' pages in a real browser: the Dashboard's form is filled in as a person does it."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from labproof.connection import chromium, doorway
from labproof.connection.chromium import Chromium
from labproof.connection.visit import Sight, Step, Visit
from standins.dashboard.app import Dashboard
from standins.dashboard.certificate import self_signed, server_context
from standins.dashboard.server import PAGE, USER_AGENT
from standins.dashboard.sessions import Csrf, Sessions
from standins.dashboard.upstream import KeptApi
from standins.pages import Pages
from standins.serving import Server
from steps.course import page_steps
from tests.standins import fake_cluster
from tests.standins.fake_cluster import ADMIN, FakeCluster

DEPLOYMENT = "/apis/apps/v1/namespaces/default/deployments/nginx"
SERVICE = "/api/v1/namespaces/default/services/nginx"


@dataclass
class Console:
    """A Dashboard on loopback, with its cluster."""

    cluster: FakeCluster
    port: int
    program: Chromium

    def visit(self, *steps: Step) -> Sight:
        return self.program.visit(Visit(f"https://127.0.0.1:{self.port}/", steps), doorway.opened)


@pytest.fixture
def console(browser_program: Chromium) -> Iterator[Console]:
    with fake_cluster.running() as cluster:
        cluster.put("/api/v1/namespaces/default")
        sessions = Sessions(generate_private_key(65537, 2048))
        app = Dashboard(KeptApi(cluster.url, None, lambda: None, USER_AGENT), sessions, Csrf(b"a key"), Pages.of(PAGE))
        server = Server(("127.0.0.1", 0), app, server_context(self_signed())).start(poll=0.01)
        yield Console(cluster, server.port, browser_program)
        server.shutdown()
        server.server_close()


def test_application_is_created_in_the_form(console: Console) -> None:
    """Logged in with the token, "+", the form and Deploy make what Labproof's own request makes, and show it."""
    seen = console.visit(*page_steps.log_in(ADMIN), *page_steps.create_from_form("nginx", "nginx:1.22"))
    assert seen.problem == ""
    assert "nginx" in seen.text
    made = console.cluster.objects[DEPLOYMENT]
    assert made["spec"]["template"]["spec"]["containers"][0]["image"] == "nginx:1.22"
    assert made["spec"]["selector"] == {"matchLabels": {"k8s-app": "nginx"}}
    service = console.cluster.objects[SERVICE]["spec"]
    assert (service["type"], service["ports"][0]["port"], service["ports"][0]["targetPort"]) == ("LoadBalancer", 80, 80)
    assert {s.agent for s in console.cluster.seen if s.path.endswith("/deployments") and s.method == "POST"} == {
        USER_AGENT
    }


def test_wrong_token_is_told(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that the Dashboard refuses ends in a picture of the refusal, without the token."""
    monkeypatch.setattr(chromium, "STEP_SECONDS", 6.0)
    seen = console.visit(*page_steps.log_in("a-wrong-token"))
    assert "Unauthorized (401): Invalid credentials provided" in seen.problem
    assert seen.picture
    assert "a-wrong-token" not in seen.as_json()
