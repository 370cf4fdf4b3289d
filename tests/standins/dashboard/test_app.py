import json
import socket

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from standins.dashboard.sessions import Sessions
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
    status, text = visitor.post("login", {"token": ADMIN})
    answer = json.loads(text)
    assert (status, answer["errors"]) == (200, [])
    assert answer["jweToken"]
    assert ADMIN not in answer["jweToken"]


@pytest.mark.parametrize("token", ["wrong", ADMIN[:-1], "café"])
def test_login_refuses_a_wrong_token_with_200(visitor: Visitor, token: str) -> None:
    """A token that the cluster does not know, or of which a piece is missing, is an entry of errors[], with 200."""
    status, text = visitor.post("login", {"token": token})
    assert (status, json.loads(text)) == (200, INVALID_LOGIN)


@pytest.mark.parametrize("token", [f"{ADMIN}\n", "admin-\ntoken", "admin-\r\ntoken"])
def test_token_with_a_line_break_is_500(visitor: Visitor, cluster: FakeCluster, token: str) -> None:
    """A token with a line break, even after its end, cannot be sent on, and that is what is said."""
    status, text = visitor.post("login", {"token": token})
    assert status == 500
    assert text.endswith('/version?timeout=32s": net/http: invalid header field value for "Authorization"\n')
    assert cluster.seen == []


def test_blank_token_logs_in(visitor: Visitor) -> None:
    """A token of blanks logs in as nobody in particular, who may see nothing."""
    status, text = visitor.get("secret/kube-system", jweToken=visitor.login("  "))
    answer = json.loads(text)
    assert (status, answer["secrets"], answer["errors"][0]["ErrStatus"]["code"]) == (200, [], 403)


@pytest.mark.parametrize("content", [{}, {"token": ""}, {"token": 5}, {"username": "a", "password": "b"}])
def test_login_without_token_has_not_enough_data(visitor: Visitor, content: dict[str, object]) -> None:
    """A login without any token is a plain error 500."""
    assert visitor.post("login", content) == (500, "Not enough data to create authenticator.\n")


def lose_api(visitor: Visitor) -> str:
    """Let the API be where nothing listens, and return its address."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        gone = f"127.0.0.1:{closed.getsockname()[1]}"
    object.__setattr__(visitor.app.api, "url", f"http://{gone}")
    return gone


def test_login_hangs_when_the_api_is_lost(visitor: Visitor) -> None:
    """On the connection that broke a login hangs for 45 s before it is 500; the next is refused at once."""
    visitor.login(ADMIN)
    gone = lose_api(visitor)
    asked = f'Get "http://{gone}/version?timeout=32s"'
    assert visitor.post("login", {"token": ADMIN}) == (500, f"{asked}: http2: client connection lost\n")
    assert visitor.waits == [45.0]
    refused = f"{asked}: dial tcp {gone}: connect: connection refused\n"
    assert visitor.post("login", {"token": ADMIN}) == (500, refused)
    assert visitor.waits == [45.0]


def test_form_hangs_too_when_the_api_is_lost(visitor: Visitor) -> None:
    """Whoever is logged in already waits as long."""
    session = visitor.login(ADMIN)
    lose_api(visitor)
    assert visitor.post("appdeployment", FORM, jweToken=session)[0] == 500
    assert visitor.waits == [45.0]


def test_page_opens_without_the_api(visitor: Visitor) -> None:
    """The page itself and its CSRF tokens need no API, and wait for nothing."""
    visitor.login(ADMIN)
    lose_api(visitor)
    assert [visitor.ask("GET", "/")[0], visitor.get("csrftoken/login")[0]] == [200, 200]
    assert visitor.waits == []


@pytest.mark.parametrize("path", ["login", "token/refresh", "appdeployment"])
@pytest.mark.parametrize("csrf", [None, "", "junk", "00:99999999999"])
def test_posts_need_a_csrf_token(visitor: Visitor, path: str, csrf: str | None) -> None:
    """A changing request without a good CSRF token is 401 in plain text."""
    headers = {} if csrf is None else {"X_CSRF_TOKEN": csrf}
    assert visitor.send("POST", path, {}, **headers) == (401, "CSRF validation failed\n")


def test_csrf_token_is_for_one_action(visitor: Visitor) -> None:
    """The token of one action does not serve another."""
    token = json.loads(visitor.get("csrftoken/login")[1])["token"]
    assert visitor.send("POST", "appdeployment", {}, X_CSRF_TOKEN=token)[0] == 401


@pytest.mark.parametrize(
    ("method", "path", "headers", "refused"),
    [
        ("GET", "nothing", {}, (404, "404: Page Not Found\n")),
        ("POST", "nothing", {}, (404, "404: Page Not Found\n")),
        ("POST", "login/status", {}, (405, "405: Method Not Allowed\n")),
        ("POST", "deployment", {"Content_Type": "text/plain"}, (405, "405: Method Not Allowed\n")),
        ("POST", "login", {"Content_Type": "text/plain"}, (415, "415: Unsupported Media Type\n")),
        ("PUT", "_raw/node/name/master", {"Content_Type": ""}, (415, "415: Unsupported Media Type\n")),
        ("POST", "login", {"Accept": "text/html"}, (406, "406: Not Acceptable\n")),
        ("GET", "csrftoken/login", {"Accept": "text/html"}, (406, "406: Not Acceptable\n")),
    ],
)
def test_refusals_come_in_the_originals_order(
    visitor: Visitor, method: str, path: str, headers: dict[str, str], refused: tuple[int, str]
) -> None:
    """Path, method, the body's type and the answer's are looked at, in this order, and before any CSRF token."""
    assert visitor.send(method, path, {}, **headers) == refused


def test_browser_and_json_with_a_charset_are_taken(visitor: Visitor) -> None:
    """What a browser accepts includes JSON, and a charset behind the type does no harm."""
    accept = "text/html,application/xhtml+xml,*/*;q=0.8"
    assert visitor.get("csrftoken/login", Accept=accept)[0] == 200
    headers = {"Content_Type": "application/json; charset=utf-8"}
    assert visitor.post("login", {"token": ADMIN}, **headers)[0] == 200


def test_lists_need_a_login(visitor: Visitor) -> None:
    """Without any token nothing is shown."""
    assert visitor.get("deployment") == (401, "MSG_LOGIN_UNAUTHORIZED_ERROR\n")


def test_login_token_ends_after_a_quarter_of_an_hour(visitor: Visitor) -> None:
    """A login token is good for 900 seconds; a refreshed one for 900 more."""
    session = visitor.login(ADMIN)
    assert {"protected", "aad", "encrypted_key", "iv", "ciphertext", "tag"} == json.loads(session).keys()
    visitor.clock.now += 890
    fresh = json.loads(visitor.post("token/refresh", {"jweToken": session})[1])["jweToken"]
    visitor.clock.now += 20
    assert visitor.get("node", jweToken=session) == (401, "MSG_TOKEN_EXPIRED_ERROR\n")
    assert visitor.get("node", jweToken=fresh)[0] == 200


def test_foreign_login_token_is_500(visitor: Visitor) -> None:
    """A login token that another key made is an error, and so is what is no login token."""
    foreign = Sessions(generate_private_key(65537, 2048), visitor.clock).open(ADMIN)
    assert visitor.get("node", jweToken=foreign) == (500, "square/go-jose: error in cryptographic primitive\n")
    assert visitor.get("node", jweToken="gAAAAA-foreign")[0] == 500


def test_login_token_is_as_long_as_the_originals() -> None:
    """A service account's token of 950 characters makes a login token of about 1.9 kB."""
    assert 1800 < len(Sessions(generate_private_key(65537, 2048)).open("t" * 950)) < 2100


def test_powerless_login_sees_errors(visitor: Visitor) -> None:
    """A token without rights logs in; every list then says 403 in errors[], with status 200."""
    status, text = visitor.get("secret/kube-system", jweToken=visitor.login(POWERLESS))
    answer = json.loads(text)
    assert (status, answer["secrets"], answer["errors"][0]["ErrStatus"]["code"]) == (200, [], 403)


def test_own_secrets_are_never_shown(visitor: Visitor) -> None:
    """The Secrets that hold the page's keys are 401 for everybody."""
    path = "secret/kubernetes-dashboard/kubernetes-dashboard-key-holder"
    said = (401, '"MSG_DASHBOARD_EXCLUSIVE_RESOURCE_ERROR"')
    assert visitor.get(path, Authorization=f"Bearer {ADMIN}") == said
    raw = "_raw/secret/namespace/kubernetes-dashboard/name/kubernetes-dashboard-key-holder"
    assert visitor.get(raw, Authorization=f"Bearer {ADMIN}") == said


def test_detail_that_may_not_be_seen_is_403(visitor: Visitor) -> None:
    """One object that the token may not see is 403, as text."""
    status, text = visitor.get("node/master", Authorization=f"Bearer {POWERLESS}")
    assert (status, text) == (403, "master is forbidden: User cannot\n")


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
        ({"namespace": "gone"}, ADMIN, 404),
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
    headers = {"X_CSRF_TOKEN": csrf, "Authorization": f"Bearer {ADMIN}", "Content_Type": "application/json"}
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
    status, text = visitor.send("POST", f"appdeployment/validate/{what}", content, Authorization=f"Bearer {ADMIN}")
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
