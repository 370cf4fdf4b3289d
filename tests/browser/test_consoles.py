"""The consoles' pages in a real browser: the Dashboard's form is filled in as a person does it."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from labproof.connection import doorway
from labproof.connection.chromium import Chromium
from labproof.connection.visit import Sight, Step, Visit
from standins.dashboard.app import Dashboard
from standins.dashboard.certificate import self_signed, server_context
from standins.dashboard.server import PAGE, USER_AGENT
from standins.dashboard.sessions import Csrf, Sessions
from standins.dashboard.upstream import KeptApi
from standins.kuboard.server import PAGE as KUBOARD
from standins.pages import Pages
from standins.serving import Reply, Request, Server
from steps.course import page_steps
from tests.standins import fake_cluster
from tests.standins.fake_cluster import ADMIN, FakeCluster

KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
DEPLOYMENT = "/apis/apps/v1/namespaces/default/deployments/nginx"
SERVICE = "/api/v1/namespaces/default/services/nginx"


@dataclass
class Console:
    """A Dashboard on loopback, with its cluster."""

    cluster: FakeCluster
    port: int
    program: Chromium
    scheme: str = "https"

    def visit(self, *steps: Step) -> Sight:
        return self.program.visit(Visit(f"{self.scheme}://127.0.0.1:{self.port}/", steps), doorway.opened)


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


def test_login_shows_the_namespaces(console: Console) -> None:
    """Logged in with the token, the first page is seen, with the choice among the namespaces."""
    seen = console.visit(*page_steps.log_in(ADMIN), page_steps.see_overview())
    assert seen.problem == ""
    assert "Deployments" in seen.text
    assert ADMIN not in seen.as_json()


def test_wrong_token_is_told(console: Console) -> None:
    """A token that the Dashboard refuses ends at once in its own words, and a picture of them without the token."""
    seen = console.visit(*page_steps.log_in("a-wrong-token"))
    assert seen.problem == "the page refused it: Unauthorized (401): Invalid credentials provided"
    assert seen.picture
    assert "a-wrong-token" not in seen.as_json()


@pytest.fixture
def kuboard(browser_program: Chromium) -> Iterator[Console]:
    """Kuboard's page on loopback, and the way through it to its cluster, as its nginx has it."""
    with fake_cluster.running() as cluster:
        ready = {"conditions": [{"type": "Ready", "status": "True"}], "nodeInfo": {"kubeletVersion": "v1.20.2"}}
        cluster.put("/api/v1/nodes/master", status={**ready, "addresses": []})

        def app(request: Request) -> Reply:
            if not request.path.startswith("/k8s-api/"):
                name = "index.html" if request.path in ("/", "/dashboard") else request.path.lstrip("/")
                return Reply(200, (KUBOARD / name).read_bytes(), KINDS.get(Path(name).suffix, "text/html"))
            asked = urllib.request.Request(
                cluster.url + request.path.removeprefix("/k8s-api"),
                headers={"Authorization": f"Bearer {request.bearer()}"},
            )
            try:
                with urllib.request.urlopen(asked, timeout=60) as answer:
                    return Reply(answer.status, answer.read())
            except urllib.error.HTTPError as refused:
                with refused:
                    return Reply(refused.code, refused.read())

        server = Server(("127.0.0.1", 0), app).start(poll=0.01)
        yield Console(cluster, server.port, browser_program, "http")
        server.shutdown()
        server.server_close()


def test_token_opens_kuboards_console(kuboard: Console) -> None:
    """The token in the login page's box and its button open the console, which shows the cluster's machines."""
    seen = kuboard.visit(*page_steps.log_in_to_kuboard(ADMIN), page_steps.see_console("master"))
    assert seen.problem == ""
    assert "Nodes" in seen.text
    assert ADMIN not in seen.as_json()


def test_wrong_token_opens_no_console(kuboard: Console) -> None:
    """A token that the cluster does not know is told in the page's own words."""
    seen = kuboard.visit(*page_steps.log_in_to_kuboard("a-wrong-token"), page_steps.see_console("master"))
    assert seen.problem == "the page refused it: The cluster does not know this token."
