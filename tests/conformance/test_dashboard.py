"""The stand-in for the Dashboard and the grader agree with what the real Dashboard 2.2.0 shows."""

import json
import re
import socket
from dataclasses import dataclass
from typing import Any

import pytest

from labproof.connection.base import HttpRequest, HttpResponse, Purpose
from labproof.connection.fake import FakeConnection, Page
from labproof.grading import expectation
from labproof.ground.errors import DeadlineExceeded
from labproof.lab.browser import Browser, PageState
from labproof.lab.machine import Lab, Machine, Phase
from standins.dashboard import server
from standins.dialing import dialed
from steps.cluster.api import Cluster
from steps.consoles import DASHBOARD_PAGE
from steps.course import expect
from steps.probes import dashboard, workload
from tests.conformance.shown import read, recognised_in
from tests.standins.dashboard.conftest import Visitor
from tests.standins.dashboard.test_app import FORM, SERVICES
from tests.standins.fake_cluster import ADMIN, FakeCluster

REAL = read("dashboard")
PORT = 30000


def entries(kind: str) -> Any:
    """Return a parameter for each entry of one kind."""
    return pytest.mark.parametrize("real", REAL[kind], ids=lambda entry: str(entry["id"]))


@dataclass
class ToStandIn(FakeConnection):
    """Leads every page of the lab to the stand-in, and loses patience with it as a real connection does."""

    visitor: Visitor

    def __post_init__(self) -> None:
        super().__init__()
        self.answer("master", ":", "")

    def fetch(self, request: HttpRequest, purpose: Purpose) -> HttpResponse:
        """Ask the stand-in; raise DeadlineExceeded where it kept us waiting for longer than the request may take."""
        self.requests.append((request, purpose))
        before = sum(self.visitor.waits)
        path = re.sub(r"^https?://[^/]*", "", request.url)
        status, text = self.visitor.ask(request.method, path, request.body or None, **dict(request.headers))
        if sum(self.visitor.waits) - before > request.timeout:
            raise DeadlineExceeded(f"{request}: no answer within {request.timeout:.0f} s")
        return HttpResponse(status, {}, text)


@pytest.fixture
def way(visitor: Visitor) -> ToStandIn:
    """The way from the grader to the running stand-in."""
    return ToStandIn(visitor)


@pytest.fixture
def to_it(way: ToStandIn, phase: Phase) -> Browser:
    """The grader's eye on the running stand-in."""
    return Browser(way, phase)


@entries("login")
def test_stand_in_takes_tokens_as_strictly(visitor: Visitor, real: dict[str, Any]) -> None:
    """Status and words of a login are those of the real one."""
    status, text = visitor.post("login", {"token": real["token"]})
    assert status == real["status"]
    assert real["says"] in text.replace('": ', '":')


@entries("login")
def test_grader_reads_a_login(fake: FakeConnection, pair: Lab, pages: Browser, real: dict[str, Any]) -> None:
    """What the real login answers is read for what it is, and its words are shown."""
    says = real["says"] if real["says"].startswith('"') else f'"errors":[{json.dumps(real["says"])}]'
    body = real["says"] if real["status"] != 200 else f'{{"jweToken":"{"x" * real["is_in"]}",{says}}}'
    fake.serve("GET", "/api/v1/csrftoken/login", Page({"token": "c"}))
    fake.serve("POST", "/api/v1/login", Page(body, real["status"]))
    login = dashboard.log_in(pages, pair["master"], PORT, real["token"])
    assert login.is_in is real["is_in"]
    assert login.is_in or real["says"] in login.says


def test_refusal_is_shown_without_its_form(visitor: Visitor, to_it: Browser, pair: Lab) -> None:
    """What the real one says of a wrong token is shown as its message and its code, not as the object around them."""
    assert str(dashboard.log_in(to_it, pair["master"], PORT, "wrong")) == (
        "not logged in: MSG_LOGIN_UNAUTHORIZED_ERROR (401)"
    )


def test_right_token_is_in_and_a_wrong_one_is_not(to_it: Browser, pair: Lab) -> None:
    """A right student does not lose at the stand-in: the login is judged right."""
    both = dashboard.try_both(to_it, pair["master"], PORT, ADMIN)
    assert expect.right_login().is_met(both), str(both)


def test_page_has_the_dashboards_title(to_it: Browser, pair: Lab) -> None:
    """The stand-in's page and its refusal have the real words, by which the grader knows the page."""
    assert REAL["page"]["title"] == DASHBOARD_PAGE
    assert expectation.page(DASHBOARD_PAGE).is_met(to_it.get(pair["master"], "https", PORT))
    assert REAL["page"]["refusal"] in to_it.get(pair["master"], "https", PORT, "/client.js").body


@entries("other_page")
def test_another_page_is_not_the_dashboards(real: dict[str, Any]) -> None:
    """Whatever else answers at its port earns nothing, and is named."""
    wanted, state = expectation.page(DASHBOARD_PAGE), PageState(200, real["body"])
    assert not wanted.is_met(state)
    assert recognised_in("dashboard.page", wanted.found(state)) == set(real["known_as"])


@pytest.fixture
def nowhere() -> str:
    """An address at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        return f"http://127.0.0.1:{closed.getsockname()[1]}"


def test_lost_api_hangs_a_login_before_it_fails(
    way: ToStandIn, to_it: Browser, phase: Phase, visitor: Visitor, nowhere: str
) -> None:
    """The page opens, a login hangs for as long as the real one, then is 500; both times the grader names the cause."""
    real, master = REAL["lost_api"], Machine("master", "192.168.200.10", way, phase, "secret")
    assert dashboard.log_in(to_it, master, PORT, ADMIN).is_in
    object.__setattr__(visitor.app.api, "url", nowhere)
    found = []
    for _ in range(2):
        both = dashboard.try_both(to_it, master, PORT, ADMIN)
        assert not expect.right_login().is_met(both)
        assert both.wrong == dashboard.NOT_TRIED
        assert recognised_in("dashboard.login", str(both)) == set(real["known_as"])
        found.append(str(both))
    assert visitor.waits == [real["hangs_seconds"]]
    assert "the login hangs" in found[0]
    assert f"HTTP {real['then_status']}" in found[1]
    assert real["then_says"] in found[1]
    assert expectation.page(DASHBOARD_PAGE).is_met(to_it.get(master, "https", PORT))


def test_without_the_api_it_ends_as_the_real_one_does() -> None:
    """At the start it ends with the status and the words of the real one."""
    assert REAL["start"]["status"] == server.PANIC
    assert dialed("https://10.10.0.1:443", TimeoutError()) in REAL["start"]["panic"]


def test_grader_shows_why_it_does_not_start(fake: FakeConnection, api: Cluster) -> None:
    """Of the long log the panic is shown, uncut, and the crash loop is recognised."""
    real = REAL["start"]
    waits = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 40s restarting failed container"}}
    container = {"name": "kubernetes-dashboard", "restartCount": 4, "ready": False, "state": waits}
    pod = {"metadata": {"name": "d-1"}, "status": {"containerStatuses": [container]}}
    fake.serve("GET", "/events", Page({"items": []}))
    fake.serve("GET", "/pods/d-1/log", Page(real["log"]))
    found = workload.trouble(api, "kubernetes-dashboard", [pod])
    assert found.endswith(f"kubernetes-dashboard said: {real['panic']}")
    assert recognised_in("dashboard.available", found) == set(real["known_as"])


def test_stand_in_leaves_the_dashboards_manager(visitor: Visitor, cluster: FakeCluster) -> None:
    """What the API keeps of who made an object is the part of the client's name before the slash."""
    visitor.post("appdeployment", FORM, jweToken=visitor.login(ADMIN))
    made = [seen.agent for seen in cluster.seen if seen.method == "POST"]
    assert {agent.partition("/")[0] for agent in made} == {REAL["manager"]["name"]}


@entries("origin")
def test_grader_tells_who_made_nginx(fake: FakeConnection, api: Cluster, real: dict[str, Any]) -> None:
    """Who made it in the form is right whatever came later, and whoever did not is told why."""
    labels = {"k8s-app": "nginx"} if real["has_label"] else {"app": "nginx"}
    managers = [
        {"manager": name, "fieldsV1": {"f:spec": {f"f:{field}": {} for field in fields}}}
        for name, *fields in real["managers"]
    ]
    found = {
        "metadata": {"labels": labels, "managedFields": managers},
        "spec": {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}}},
    }
    fake.serve("GET", "/deployments/nginx", Page(found))
    wanted, origin = expect.made_by_dashboard(), workload.origin(api, "default", "nginx")
    assert wanted.is_met(origin) is real["is_right"]
    known = set() if wanted.is_met(origin) else recognised_in("nginx.origin", wanted.found(origin))
    assert known == set(real["known_as"])


def test_forms_service_has_a_node_port_of_its_own_type(
    visitor: Visitor, cluster: FakeCluster, fake: FakeConnection, api: Cluster
) -> None:
    """The form's Service is a LoadBalancer, its port named like the real one's; the grader takes its node port."""
    real = REAL["service"]
    visitor.post("appdeployment", FORM, jweToken=visitor.login(ADMIN))
    spec = cluster.objects[f"{SERVICES}/nginx"]["spec"]
    (port,) = spec["ports"]
    assert spec["type"] == real["type"]
    assert re.search(real["port_name"], port["name"])
    fake.serve("GET", "/services/nginx", Page({"spec": {**spec, "ports": [{**port, "nodePort": 30717}]}}))
    assert expect.any_node_port().is_met(workload.service(api, "default", "nginx"))
