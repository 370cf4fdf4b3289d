"""What the web form sends: the Dashboard's own interface, as its page uses it."""

import json

import pytest

from labproof.connection.base import HttpRequest
from labproof.connection.fake import FakeConnection, Page
from labproof.connection.visit import Act, Sight
from labproof.ground.errors import ActionFailed, DeadlineExceeded, NoBrowser
from labproof.lab.browser import Browser
from labproof.lab.machine import Lab, Phase
from steps.actions import web_form
from steps.cluster.api import Cluster
from steps.course import facts as course
from tests.conftest import encoded

REHEARSAL = course.load("rehearsal")
AT_MASTER = "https://192.168.200.10:30000/api/v1"


@pytest.fixture(autouse=True)
def dashboard(fake: FakeConnection) -> None:
    """A Dashboard that lets in and deploys."""
    fake.serve("GET", "/csrftoken/login", Page({"token": "for the login"}))
    fake.serve("POST", "/api/v1/login", Page({"jweToken": "session", "errors": []}))
    fake.serve("GET", "/csrftoken/appdeployment", Page({"token": "for the form"}))
    fake.serve("POST", "/api/v1/appdeployment", Page({}, 201))


def asked(fake: FakeConnection) -> list[str]:
    return [f"{r.method} {r.url}" for r, _ in fake.requests]


def last(fake: FakeConnection) -> HttpRequest:
    return fake.requests[-1][0]


def test_form_is_sent_after_a_login(fake: FakeConnection, pair: Lab, pages: Browser) -> None:
    """The form goes out last, in the session that the login opened and with the form's own CSRF token."""
    web_form.deploy(pages, pair["master"], 30000, "a token\n", "web", "nginx:1.19")
    assert asked(fake) == [
        f"GET {AT_MASTER}/csrftoken/login",
        f"POST {AT_MASTER}/login",
        f"GET {AT_MASTER}/csrftoken/appdeployment",
        f"POST {AT_MASTER}/appdeployment",
    ]
    assert json.loads(fake.requests[1][0].body) == {"token": "a token"}
    assert fake.requests[2][0].headers["jweToken"] == "session"
    assert {k: v for k, v in last(fake).headers.items() if k != "Content-Type"} == {
        "jweToken": "session",
        "X-CSRF-TOKEN": "for the form",
    }


def test_form_says_what_the_handout_says(fake: FakeConnection, pair: Lab, pages: Browser) -> None:
    """One Pod of the image, an external service on port 80, and the label that the page itself adds."""
    web_form.deploy(pages, pair["master"], 30000, "t", "web", "nginx:1.19")
    form = json.loads(last(fake).body)
    assert (form["name"], form["containerImage"], form["replicas"]) == ("web", "nginx:1.19", 1)
    assert (form["isExternal"], form["namespace"]) == (True, "default")
    assert form["portMappings"] == [{"port": 80, "targetPort": 80, "protocol": "TCP"}]
    assert form["labels"] == [{"key": "k8s-app", "value": "web"}]
    assert form["runAsPrivileged"] is False


def test_without_a_login_nothing_is_sent(fake: FakeConnection, pair: Lab, pages: Browser) -> None:
    """A token that the Dashboard refuses ends the work, and the reason is the Dashboard's."""
    fake.serve("POST", "/api/v1/login", Page({"jweToken": "", "errors": ["MSG_LOGIN_UNAUTHORIZED_ERROR"]}))
    with pytest.raises(ActionFailed, match=r"192\.168\.200\.10:30000: not logged in: .*UNAUTHORIZED"):
        web_form.deploy(pages, pair["master"], 30000, "t", "web", "nginx:1.19")
    assert not any("appdeployment" in line for line in asked(fake))


def test_login_that_hangs_is_named(fake: FakeConnection, pair: Lab, pages: Browser) -> None:
    """A Dashboard that hangs because it does not reach the API ends the work with that reason."""
    fake.serve("POST", "/api/v1/login", DeadlineExceeded("POST: no answer within 10 s"))
    fake.answer("master", ":", "")
    with pytest.raises(ActionFailed, match="not logged in: the login hangs"):
        web_form.deploy(pages, pair["master"], 30000, "t", "web", "nginx:1.19")
    assert not any("appdeployment" in line for line in asked(fake))


@pytest.mark.parametrize("answer", [Page({}), Page("no", 403), Page({"message": "exists"}, 409), Page("", 302)])
def test_only_created_is_success(fake: FakeConnection, pair: Lab, pages: Browser, answer: Page) -> None:
    """Any answer but 201 is an action that failed, and it is told."""
    fake.serve("POST", "/api/v1/appdeployment", answer)
    with pytest.raises(ActionFailed, match=f"did not deploy web: HTTP {answer.status}"):
        web_form.deploy(pages, pair["master"], 30000, "t", "web", "nginx:1.19")


def test_form_without_a_csrf_token_is_the_dashboards_to_refuse(fake: FakeConnection, pair: Lab, pages: Browser) -> None:
    """A page that gives no CSRF token is no crash: the form goes out without one."""
    fake.serve("GET", "/csrftoken/appdeployment", Page("<html>"))
    web_form.deploy(pages, pair["master"], 30000, "t", "web", "nginx:1.19")
    assert last(fake).headers["X-CSRF-TOKEN"] == ""


def test_admin_deploys_the_courses_nginx(fake: FakeConnection, pair: Lab, pages: Browser, api: Cluster) -> None:
    """dashboard-admin's own token opens the session, and the image is that of the course."""
    annotations = {"kubernetes.io/service-account.name": "dashboard-admin"}
    secret = {"metadata": {"annotations": annotations}, "data": {"token": encoded("the admin's")}}
    fake.serve("GET", "/namespaces/kubernetes-dashboard/secrets", Page({"items": [secret]}))
    web_form.deploy_as_admin(pages, api, pair["master"], REHEARSAL, "web")
    (login,) = (r for r, _ in fake.requests if r.url.endswith("/api/v1/login"))
    assert json.loads(login.body) == {"token": "the admin's"}
    assert json.loads(last(fake).body)["containerImage"] == REHEARSAL.profile.nginx_image


def test_without_a_token_nobody_logs_in(fake: FakeConnection, pair: Lab, pages: Browser, api: Cluster) -> None:
    """Where dashboard-admin has no token, the Dashboard is not asked at all."""
    fake.serve("GET", "/namespaces/kubernetes-dashboard/secrets", Page({"items": []}))
    with pytest.raises(ActionFailed, match="no token of dashboard-admin"):
        web_form.deploy_as_admin(pages, api, pair["master"], REHEARSAL, "web")
    assert not any(":30000" in line for line in asked(fake))


DEPLOYMENT = "/apis/apps/v1/namespaces/default/deployments/web"
SERVICE = "/api/v1/namespaces/default/services/web"


def there(manager: str, labels: dict[str, str]) -> Page:
    """Return a Deployment that somebody has made."""
    made = {"manager": manager, "operation": "Update", "fieldsV1": {"f:spec": {"f:selector": {}}}}
    metadata = {"labels": labels, "managedFields": [made]}
    template = {"metadata": {"labels": labels}}
    return Page({"metadata": metadata, "spec": {"selector": {"matchLabels": labels}, "template": template}})


@pytest.fixture
def occupied(fake: FakeConnection) -> FakeConnection:
    """A Dashboard that refuses the form because something of that name exists."""
    annotations = {"kubernetes.io/service-account.name": "dashboard-admin"}
    secret = {"metadata": {"annotations": annotations}, "data": {"token": encoded("the admin's")}}
    fake.serve("GET", "/namespaces/kubernetes-dashboard/secrets", Page({"items": [secret]}))
    fake.serve("POST", "/api/v1/appdeployment", Page('deployments.apps "web" already exists', 409))
    fake.serve("GET", SERVICE, Page({"spec": {"type": "NodePort", "ports": [{"port": 80, "nodePort": 31000}]}}))
    return fake


def test_what_is_in_the_way_is_named(occupied: FakeConnection, pair: Lab, pages: Browser, api: Cluster) -> None:
    """Where kubectl has made it before, the error says what exists, who made it, and how to take it away."""
    occupied.serve("GET", DEPLOYMENT, there("kubectl-create", {"app": "web"}))
    with pytest.raises(ActionFailed) as raised:
        web_form.deploy_as_admin(pages, api, pair["master"], REHEARSAL, "web")
    said = str(raised.value)
    assert "HTTP 409" in said
    assert "the Deployment web, made by kubectl-create, without the form's k8s-app label" in said
    assert "the Service web is of type NodePort, node port 31000" in said
    assert "kubectl delete deployment,service web" in said
    assert "labproof reset --to join" in said


def test_a_service_alone_is_in_the_way_too(occupied: FakeConnection, pair: Lab, pages: Browser, api: Cluster) -> None:
    """A Service without its Deployment is named as well."""
    occupied.serve("GET", DEPLOYMENT, Page({}, 404))
    with pytest.raises(ActionFailed, match="there is already: the Service web"):
        web_form.deploy_as_admin(pages, api, pair["master"], REHEARSAL, "web")


def test_what_the_form_has_made_is_left_alone(
    occupied: FakeConnection, pair: Lab, pages: Browser, api: Cluster
) -> None:
    """What was made in the form already needs no second time."""
    occupied.serve("GET", DEPLOYMENT, there("dashboard", {"k8s-app": "web"}))
    web_form.deploy_as_admin(pages, api, pair["master"], REHEARSAL, "web")
    assert not any(r.method in ("DELETE", "PUT") for r, _ in occupied.requests)


def test_other_refusals_stay_as_they_are(occupied: FakeConnection, pair: Lab, pages: Browser, api: Cluster) -> None:
    """Where nothing is in the way, the Dashboard's own reason is all that is said."""
    occupied.serve("POST", "/api/v1/appdeployment", Page("quota", 403))
    occupied.serve("GET", DEPLOYMENT, Page({}, 404))
    occupied.serve("GET", SERVICE, Page({}, 404))
    with pytest.raises(ActionFailed, match="HTTP 403") as raised:
        web_form.deploy_as_admin(pages, api, pair["master"], REHEARSAL, "web")
    assert "already" not in str(raised.value)


def test_real_browser_fills_in_the_page(fake: FakeConnection, pair: Lab, phase: Phase, api: Cluster) -> None:
    """With a real browser nothing is posted: the page is opened, and the steps of a person are done there."""
    annotations = {"kubernetes.io/service-account.name": "dashboard-admin"}
    secret = {"metadata": {"annotations": annotations}, "data": {"token": encoded("the admin's\n")}}
    fake.serve("GET", "/namespaces/kubernetes-dashboard/secrets", Page({"items": [secret]}))
    fake.show("https://192.168.200.10:30000/", Sight(200))
    web_form.deploy_as_admin(Browser(fake, phase, is_real=True), api, pair["master"], REHEARSAL, "web")
    ((visit, _),) = fake.visits
    typed = [step.text for step in visit.steps if step.act is Act.FILL]
    assert typed == ["the admin's", "web", REHEARSAL.profile.nginx_image, "80", "80"]
    assert not any(r.method == "POST" for r, _ in fake.requests)


def test_browser_that_fails_keeps_nothing_from_being_done(
    fake: FakeConnection, pair: Lab, phase: Phase, api: Cluster
) -> None:
    """Where the browser ends too early, the form is sent as without one."""
    annotations = {"kubernetes.io/service-account.name": "dashboard-admin"}
    secret = {"metadata": {"annotations": annotations}, "data": {"token": encoded("the admin's")}}
    fake.serve("GET", "/namespaces/kubernetes-dashboard/secrets", Page({"items": [secret]}))
    fake.show("https://192.168.200.10:30000/", NoBrowser("it was ended"))
    web_form.deploy_as_admin(Browser(fake, phase, is_real=True), api, pair["master"], REHEARSAL, "web")
    assert json.loads(last(fake).body)["name"] == "web"


def test_step_that_a_page_does_not_take_is_told(
    occupied: FakeConnection, pair: Lab, phase: Phase, api: Cluster
) -> None:
    """What could not be done on the page is said, with what is in the way of it."""
    occupied.serve("GET", DEPLOYMENT, there("kubectl-create", {"app": "web"}))
    occupied.show("https://192.168.200.10:30000/", Sight(200, problem="expected to click Deploy"))
    with pytest.raises(ActionFailed, match=r"expected to click Deploy\n.*made by kubectl-create"):
        web_form.deploy_as_admin(Browser(occupied, phase, is_real=True), api, pair["master"], REHEARSAL, "web")
