"""Opening the consoles with a token: in a real browser where there is one, and as their pages ask where not."""

import pytest

from labproof.connection.fake import FakeConnection, Page
from labproof.connection.visit import Act, Sight
from labproof.ground.errors import ActionFailed, NoBrowser, Refused
from labproof.lab.browser import Browser
from labproof.lab.machine import Lab, Phase
from steps.actions import console_login
from steps.cluster.api import Cluster
from steps.course import page_steps
from tests.conftest import encoded

DASHBOARD, KUBOARD = "https://192.168.200.10:30000/", "http://192.168.200.10:32567/"


def secret(account: str) -> Page:
    annotations = {"kubernetes.io/service-account.name": account}
    return Page({"items": [{"metadata": {"annotations": annotations}, "data": {"token": encoded("the token\n")}}]})


@pytest.fixture(autouse=True)
def consoles(fake: FakeConnection) -> None:
    """Tokens of both accounts, and consoles that let in whoever asks over HTTP."""
    fake.serve("GET", "/namespaces/kubernetes-dashboard/secrets", secret("dashboard-admin"))
    fake.serve("GET", "/namespaces/kube-system/secrets", secret("kuboard-user"))
    fake.serve("GET", "/csrftoken/login", Page({"token": "for the login"}))
    fake.serve("POST", "/api/v1/login", Page({"jweToken": "session", "errors": []}))
    fake.serve("GET", "/k8s-api/api/v1/nodes", Page({"items": [{"metadata": {"name": "master"}}]}))


@pytest.fixture
def real(fake: FakeConnection, phase: Phase) -> Browser:
    return Browser(fake, phase, is_real=True)


def of_pages(fake: FakeConnection) -> list[str]:
    return [r.url for r, _ in fake.requests if r.url.startswith((DASHBOARD, KUBOARD))]


def test_real_browser_logs_in_to_the_dashboard(fake: FakeConnection, pair: Lab, real: Browser, api: Cluster) -> None:
    """With a real browser the token is typed into the login page, as a secret, and nothing is asked over HTTP."""
    fake.show(DASHBOARD, Sight(200, "Kubernetes Dashboard"))
    how = console_login.dashboard_as_admin(real, api, pair["master"], 30000)
    assert how == "done in a real browser, which saw the page “Kubernetes Dashboard” at the end"
    ((visit, _),) = fake.visits
    assert [(s.text, s.is_secret) for s in visit.steps if s.act is Act.FILL] == [("the token", True)]
    assert visit.steps[-1] == page_steps.see_overview()
    assert of_pages(fake) == []


def test_real_browser_opens_kuboard(fake: FakeConnection, pair: Lab, real: Browser, api: Cluster) -> None:
    """With a real browser the token goes into Kuboard's own login page, and the cluster is awaited."""
    fake.show(KUBOARD, Sight(200, "Kuboard"))
    how = console_login.kuboard_as_user(real, api, pair["master"], 32567)
    assert how == "done in a real browser, which saw the page “Kuboard” at the end"
    ((visit, _),) = fake.visits
    assert visit.url == KUBOARD
    assert [s.text for s in visit.steps if s.is_secret] == ["the token"]


def test_unknown_login_page_is_passed_by_the_link(fake: FakeConnection, pair: Lab, real: Browser, api: Cluster) -> None:
    """Where Kuboard's page has no box that we know, its documented link opens the console."""
    fake.show(KUBOARD, Sight(200, problem=f"expected to fill {page_steps.KUBOARD_TOKEN} within 15 s: no"))
    fake.show("/dashboard?k8sToken=", Sight(200, "Kuboard"))
    console_login.kuboard_as_user(real, api, pair["master"], 32567)
    assert [visit.url for visit, _ in fake.visits] == [KUBOARD, f"{KUBOARD}dashboard?k8sToken=the%20token"]


def test_without_a_browser_the_pages_own_requests_are_sent(
    fake: FakeConnection, pair: Lab, pages: Browser, api: Cluster
) -> None:
    """Without a real browser both logins go over HTTP, and that is said."""
    said = "done over HTTP, as the page does it: there was no real browser"
    assert console_login.dashboard_as_admin(pages, api, pair["master"], 30000) == said
    assert console_login.kuboard_as_user(pages, api, pair["master"], 32567) == said
    assert fake.visits == []
    assert f"{DASHBOARD}api/v1/login" in of_pages(fake)


def test_browser_that_dies_is_replaced_by_http(fake: FakeConnection, pair: Lab, real: Browser, api: Cluster) -> None:
    """A browser that ends too early is nobody's fault: the login goes over HTTP, and the reason is said."""
    fake.show(DASHBOARD, NoBrowser("it was ended"))
    how = console_login.dashboard_as_admin(real, api, pair["master"], 30000)
    assert how == "done over HTTP, as the page does it, since the real browser failed: it was ended"
    assert f"{DASHBOARD}api/v1/login" in of_pages(fake)


def test_refusal_is_told_in_the_pages_words(fake: FakeConnection, pair: Lab, real: Browser, api: Cluster) -> None:
    """What a page says of a token that it does not take ends the work with those words."""
    fake.show(DASHBOARD, Sight(200, problem="the page refused it: Unauthorized (401)"))
    with pytest.raises(ActionFailed, match=r"did not let dashboard-admin in: the page refused it: Unauthorized"):
        console_login.dashboard_as_admin(real, api, pair["master"], 30000)
    fake.show(KUBOARD, Sight(200, problem="the page refused it: unknown"))
    with pytest.raises(ActionFailed, match="did not open the console: the page refused it: unknown"):
        console_login.kuboard_as_user(real, api, pair["master"], 32567)


def test_page_that_does_not_come_up_is_no_refusal(fake: FakeConnection, pair: Lab, real: Browser, api: Cluster) -> None:
    """A page that nobody serves stays what it is, an error of the connection: no login was refused."""
    fake.show(DASHBOARD, Refused("connection refused by 192.168.200.10"))
    with pytest.raises(Refused):
        console_login.dashboard_as_admin(real, api, pair["master"], 30000)


def test_without_a_token_nobody_comes(fake: FakeConnection, pair: Lab, real: Browser, api: Cluster) -> None:
    """An account without a token is named, and no page is opened."""
    fake.serve("GET", "/namespaces/kubernetes-dashboard/secrets", Page({"items": []}))
    with pytest.raises(ActionFailed, match="no token of dashboard-admin"):
        console_login.dashboard_as_admin(real, api, pair["master"], 30000)
    assert fake.visits == []
