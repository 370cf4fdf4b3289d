"""The stand-in for Kuboard and the grader agree with what Kuboard v2 shows behind its nginx."""

import re
from typing import Any

import pytest

from labproof.connection.base import HttpRequest
from labproof.connection.fake import FakeConnection, Page
from labproof.grading import expectation
from labproof.ground.errors import DeadlineExceeded
from labproof.lab.browser import Browser, PageState
from labproof.lab.machine import Lab
from standins.kuboard import server
from steps.cluster.api import Cluster
from steps.consoles import KUBOARD_PAGE
from steps.course import expect
from steps.probes import kuboard
from tests.conformance.shown import read, recognised_in
from tests.standins.fake_cluster import FakeCluster
from tests.standins.kuboard.test_server import ask, console, free_port, needs_nginx

REAL = read("kuboard")
PORT = 32567
PATIENCE = HttpRequest("GET", "/").timeout


def entries(kind: str) -> Any:
    """Return a parameter for each entry of one kind."""
    return pytest.mark.parametrize("real", REAL[kind], ids=lambda entry: str(entry["id"]))


def shape(page: str) -> str:
    """Return a page without nginx's version and the kinds of line ends."""
    return re.sub(r"nginx/[\d.]+", "nginx", " ".join(page.split()))


@entries("console")
def test_grader_names_why_the_console_shows_nothing(
    fake: FakeConnection, pair: Lab, pages: Browser, real: dict[str, Any]
) -> None:
    """Whatever nginx or the API says, and however late, is no console, and has its cause alone."""
    late = DeadlineExceeded(f"GET http://192.168.200.10:{PORT}/k8s-api/: no answer within {PATIENCE:.0f} s")
    answer = late if real["seconds"] > PATIENCE else Page(real["body"], real["status"])
    fake.answer("master", ":", "")
    fake.serve("GET", "/k8s-api/api/v1/nodes", answer)
    wanted, both = expect.right_console(), kuboard.try_both(pages, pair["master"], PORT, "token")
    assert not wanted.is_met(both)
    assert recognised_in("kuboard.console", wanted.found(both)) == set(real["known_as"])
    # Of the API's own words none is cut off.
    assert real.get("shown", "") in wanted.found(both)


def test_right_token_loses_nothing(fake: FakeConnection, pair: Lab, pages: Browser) -> None:
    """With the nodes for the right token and the API's own refusal for a wrong one the console is right."""
    (refusal,) = (real for real in REAL["console"] if real.get("stand_in") == "wrong token")
    nodes = Page({"items": [{"metadata": {"name": name}} for name in ("master", "node")]})
    fake.serve("GET", "/k8s-api/api/v1/nodes", nodes, Page(refusal["body"], refusal["status"]))
    assert expect.right_console().is_met(kuboard.try_both(pages, pair["master"], PORT, "token"))


@pytest.mark.parametrize("real", [real for real in REAL["console"] if "<html>" in real["body"]], ids=lambda r: r["id"])
def test_nginx_page_of_an_error_is_not_kuboards(real: dict[str, Any]) -> None:
    """Neither as the error that it is nor with status 200 does nginx's own page pass for Kuboard's."""
    wanted = expectation.page(KUBOARD_PAGE)
    assert not wanted.is_met(PageState(real["status"], real["body"]))
    assert not wanted.is_met(PageState(200, real["body"]))
    assert wanted.is_met(PageState(200, (server.PAGE / "index.html").read_text()))


def test_stand_in_waits_as_long_as_nginx_does() -> None:
    """Nothing in its settings shortens the 60 s after which the real one says 504."""
    settings = server.SETTINGS.read_text()
    assert "proxy_pass" in settings
    assert not [directive for directive in REAL["nginx"]["directives"] if directive in settings]


@needs_nginx
def test_stand_in_refuses_with_nginx_own_page() -> None:
    """Where the API refuses the connection the page is the real one's, but for the version."""
    (real,) = (entry for entry in REAL["console"] if entry.get("stand_in") == "refused")
    with console(f"http://127.0.0.1:{free_port()}") as port:
        status, page = ask(port, "/k8s-api/api/v1/nodes", "token")
    assert (status, shape(page)) == (real["status"], shape(real["body"]))


@needs_nginx
def test_stand_in_passes_the_apis_refusal_through(cluster: FakeCluster) -> None:
    """A token that the API does not know is refused by the API itself."""
    (real,) = (entry for entry in REAL["console"] if entry.get("stand_in") == "wrong token")
    with console(cluster.url) as port:
        status, text = ask(port, "/k8s-api/api/v1/nodes", "wrong")
    assert (status, '"reason": "Unauthorized"' in text) == (real["status"], True)


@entries("image")
def test_deployment_says_where_the_image_must_be(
    fake: FakeConnection, pair: Lab, api: Cluster, real: dict[str, Any]
) -> None:
    """The tag and the node that the Deployment names decide, and what is missing is named with its cause."""
    spec: dict[str, Any] = {"containers": [{"name": "kuboard", "image": real["image"]}]}
    where = {"nodeName": real["node"]} if "node" in real else {}
    spec |= where or {"nodeSelector": {"kubernetes.io/hostname": real["selected"]}}
    fake.serve("GET", "/deployments/kuboard", Page({"spec": {"template": {"spec": spec}}}))
    for machine, held in real["held"].items():
        fake.answer(machine, "docker image ls", "".join(f"{name}\n" for name in held))
    wanted, found = expect.loaded_image(), kuboard.image(pair, api, "eipwork/kuboard:latest")
    assert wanted.is_met(found) is real["is_right"]
    printed = "\n".join(real["held"][real.get("node") or real["selected"]])
    known = set() if wanted.is_met(found) else recognised_in("kuboard.image", wanted.found(found), printed)
    assert known == set(real["known_as"])
