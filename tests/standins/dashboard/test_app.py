import json
import socket

import pytest

from tests.standins.dashboard.conftest import Visitor
from tests.standins.fake_cluster import ADMIN, POWERLESS, FakeCluster

FORM = {
    "name": "nginx",
    "containerImage": "nginx:1.22",
    "imagePullSecret": None,
    "containerCommand": None,
    "containerCommandArgs": None,
    "replicas": 1,
    "portMappings": [{"port": 80, "targetPort": 80, "protocol": "TCP"}],
    "variables": [],
    "isExternal": True,
    "description": None,
    "namespace": "default",
    "memoryRequirement": None,
    "cpuRequirement": None,
    "labels": [{"key": "k8s-app", "value": "nginx"}],
    "runAsPrivileged": False,
}
INVALID_LOGIN = {
    "jweToken": "",
    "errors": [
        {
            "ErrStatus": {
                "metadata": {},
                "status": "Failure",
                "message": "MSG_LOGIN_UNAUTHORIZED_ERROR",
                "reason": "Unauthorized",
                "code": 401,
            }
        }
    ],
}
DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"
SERVICES = "/api/v1/namespaces/default/services"


def test_login_takes_a_good_token(visitor: Visitor) -> None:
    """A token that the cluster knows gives a login token, which does not show it."""
    status, text = visitor.post("login", {"token": f"  {ADMIN}\n"})
    answer = json.loads(text)
    assert (status, answer["errors"]) == (200, [])
    assert answer["jweToken"]
    assert ADMIN not in answer["jweToken"]


@pytest.mark.parametrize("token", ["wrong", "two\nlines", "café"])
def test_login_refuses_a_wrong_token_with_200(visitor: Visitor, token: str) -> None:
    """A token that the cluster does not know is an entry of errors[], with status 200."""
    status, text = visitor.post("login", {"token": token})
    assert (status, json.loads(text)) == (200, INVALID_LOGIN)


@pytest.mark.parametrize("content", [{}, {"token": ""}, {"token": "  "}, {"username": "a", "password": "b"}])
def test_login_without_token_has_not_enough_data(visitor: Visitor, content: dict[str, str]) -> None:
    """A login without any token is a plain error 500."""
    assert visitor.post("login", content) == (500, "Not enough data to create authenticator.\n")


def test_login_with_dead_api_is_500(visitor: Visitor, cluster: FakeCluster) -> None:
    """An API server that cannot be reached is our error, not a wrong token."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        gone = f"http://127.0.0.1:{closed.getsockname()[1]}"
    object.__setattr__(visitor.app.api, "url", gone)
    assert visitor.post("login", {"token": ADMIN})[0] == 500


@pytest.mark.parametrize("path", ["login", "token/refresh", "appdeployment"])
@pytest.mark.parametrize("csrf", [None, "", "junk", "00:99999999999"])
def test_posts_need_a_csrf_token(visitor: Visitor, path: str, csrf: str | None) -> None:
    """A changing request without a good CSRF token is 401 in plain text."""
    headers = {} if csrf is None else {"X_CSRF_TOKEN": csrf}
    assert visitor.ask("POST", f"/api/v1/{path}", b"{}", **headers) == (401, "CSRF validation failed\n")


def test_csrf_token_is_for_one_action(visitor: Visitor) -> None:
    """The token of one action does not serve another."""
    token = json.loads(visitor.get("csrftoken/login")[1])["token"]
    assert visitor.ask("POST", "/api/v1/appdeployment", b"{}", X_CSRF_TOKEN=token)[0] == 401


def test_lists_need_a_login(visitor: Visitor) -> None:
    """Without any token nothing is shown."""
    assert visitor.get("deployment") == (401, "MSG_LOGIN_UNAUTHORIZED_ERROR\n")


def test_login_token_ends_after_a_quarter_of_an_hour(visitor: Visitor) -> None:
    """A login token is good for 900 seconds; a refreshed one for 900 more."""
    session = visitor.login(ADMIN)
    visitor.clock.now += 890
    fresh = json.loads(visitor.post("token/refresh", {"jweToken": session})[1])["jweToken"]
    visitor.clock.now += 20
    assert visitor.get("node", jweToken=session) == (401, "MSG_TOKEN_EXPIRED_ERROR\n")
    assert visitor.get("node", jweToken=fresh)[0] == 200


def test_foreign_login_token_is_500(visitor: Visitor) -> None:
    """A login token that another key made is an error."""
    assert visitor.get("node", jweToken="gAAAAA-foreign")[0] == 500


def test_powerless_login_sees_errors(visitor: Visitor) -> None:
    """A token without rights logs in; every list then says 403 in errors[], with status 200."""
    status, text = visitor.get("secret/kube-system", jweToken=visitor.login(POWERLESS))
    answer = json.loads(text)
    assert (status, answer["secrets"], answer["errors"][0]["ErrStatus"]["code"]) == (200, [], 403)


def test_own_secrets_are_never_shown(visitor: Visitor) -> None:
    """The Secrets that hold the page's keys are 401 for everybody."""
    path = "secret/kubernetes-dashboard/kubernetes-dashboard-key-holder"
    assert visitor.get(path, Authorization=f"Bearer {ADMIN}")[0] == 401


def test_login_status_tells_what_was_sent(visitor: Visitor) -> None:
    """The status says which tokens a request carries."""
    status = json.loads(visitor.get("login/status", jweToken="x")[1])
    assert (status["tokenPresent"], status["headerPresent"], status["httpsMode"]) == (True, False, True)
    assert json.loads(visitor.get("login/modes")[1]) == {"modes": ["token"]}


def test_create_app(visitor: Visitor, cluster: FakeCluster) -> None:
    """The form makes a Deployment and a LoadBalancer Service with the original's fingerprint."""
    status, text = visitor.post("appdeployment", FORM, jweToken=visitor.login(ADMIN))
    assert (status, json.loads(text)) == (201, FORM)
    deployment = cluster.objects[f"{DEPLOYMENTS}/nginx"]
    labels = {"k8s-app": "nginx"}
    assert deployment["metadata"]["labels"] == labels
    assert deployment["spec"]["selector"]["matchLabels"] == labels
    assert deployment["spec"]["template"]["metadata"]["labels"] == labels
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert (container["name"], container["image"]) == ("nginx", "nginx:1.22")
    assert container["securityContext"] == {"privileged": False}
    assert cluster.objects[f"{SERVICES}/nginx"]["spec"]["type"] == "LoadBalancer"
    made = [seen for seen in cluster.seen if seen.method == "POST"]
    assert [(seen.token, seen.agent) for seen in made] == [(ADMIN, "dashboard/v2-stand-in")] * 2


@pytest.mark.parametrize(
    ("change", "token", "status"),
    [
        ({"name": "taken"}, ADMIN, 409),
        ({"labels": []}, ADMIN, 422),
        ({}, POWERLESS, 403),
        ({}, "unknown", 401),
        ({"namespace": ""}, ADMIN, 500),
        ({"namespace": None}, ADMIN, 500),
        ({"portMappings": [{"port": 80}]}, ADMIN, 500),
        ({"labels": "k8s-app"}, ADMIN, 500),
    ],
)
def test_create_app_refused(
    visitor: Visitor, cluster: FakeCluster, change: dict[str, object], token: str, status: int
) -> None:
    """The cluster's refusals keep their status; a form that cannot be read is 500; nothing else is made."""
    cluster.put(f"{DEPLOYMENTS}/taken")
    answer = visitor.post("appdeployment", {**FORM, **change}, Authorization=f"Bearer {token}")
    assert answer[0] == status
    assert answer[1].endswith("\n")
    assert not cluster.under(SERVICES)


def test_create_app_with_bad_json_is_500(visitor: Visitor) -> None:
    """A body that is not JSON is an error 500."""
    csrf = json.loads(visitor.get("csrftoken/appdeployment")[1])["token"]
    headers = {"X_CSRF_TOKEN": csrf, "Authorization": f"Bearer {ADMIN}"}
    assert visitor.ask("POST", "/api/v1/appdeployment", b"{", **headers)[0] == 500


@pytest.mark.parametrize(
    ("what", "content", "valid"),
    [
        ("name", {"name": "nginx", "namespace": "default"}, False),
        ("name", {"name": "other", "namespace": "default"}, True),
        ("imagereference", {"reference": "registry.test:5000/a/b:1"}, True),
        ("imagereference", {"reference": "Not An Image"}, False),
        ("protocol", {"protocol": "UDP", "isExternal": True}, False),
        ("protocol", {"protocol": "UDP", "isExternal": False}, True),
    ],
)
def test_validation(visitor: Visitor, cluster: FakeCluster, what: str, content: dict[str, object], valid: bool) -> None:
    """The form's fields are checked without a CSRF token."""
    cluster.put(f"{DEPLOYMENTS}/nginx")
    body, path = json.dumps(content).encode(), f"/api/v1/appdeployment/validate/{what}"
    status, text = visitor.ask("POST", path, body, Authorization=f"Bearer {ADMIN}")
    assert (status, json.loads(text)["valid"]) == (200, valid)


@pytest.mark.parametrize("path", ["/", "/app.js", "/style.css", "/config"])
def test_pages_are_public(visitor: Visitor, path: str) -> None:
    """The page itself needs no login."""
    assert visitor.ask("GET", path)[0] == 200


def test_page_says_what_it_is(visitor: Visitor) -> None:
    """The page says that it is a stand-in made for rehearsals."""
    assert "stand-in" in visitor.ask("GET", "/")[1]


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/x", 404), ("DELETE", "/api/v1/login", 405)])
def test_unknown_paths(visitor: Visitor, method: str, path: str, status: int) -> None:
    """An unknown path is 404, a known one with another method 405."""
    assert visitor.ask(method, path)[0] == status


def test_plain_http_is_told_so(visitor: Visitor) -> None:
    """Somebody who speaks plain HTTP to the TLS port is told, as the original does."""
    with socket.create_connection(("127.0.0.1", visitor.port), timeout=5) as connection:
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        text = connection.makefile("rb").read()
    assert text.startswith(b"HTTP/1.0 400")
    assert text.endswith(b"Client sent an HTTP request to an HTTPS server.\n")
