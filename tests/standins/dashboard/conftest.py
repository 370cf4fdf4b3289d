"""The Dashboard as it is served: over TLS, in front of the fake cluster."""

import json
import ssl
from collections.abc import Iterator
from http.client import HTTPSConnection
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from standins.dashboard.app import Dashboard
from standins.dashboard.certificate import self_signed, server_context
from standins.dashboard.server import PAGE, USER_AGENT
from standins.dashboard.sessions import Csrf, Sessions
from standins.dashboard.upstream import KeptApi, Link
from standins.pages import Pages
from standins.serving import Server
from tests.standins.fake_cluster import FakeCluster


class Clock:
    """A time that a test sets forward."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


class Visitor:
    """Somebody who speaks the page's interface, with its CSRF tokens."""

    def __init__(self, port: int, clock: Clock, app: Dashboard) -> None:
        self.port, self.clock, self.app = port, clock, app
        self.waits: list[float] = []
        """How long the Dashboard has kept visitors waiting, in seconds."""

        self._trust = ssl.create_default_context()
        self._trust.check_hostname = False
        self._trust.verify_mode = ssl.CERT_NONE

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, str]:
        """Return the status and the text of an answer."""
        connection = HTTPSConnection("127.0.0.1", self.port, timeout=5, context=self._trust)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, named)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        """Ask with GET."""
        return self.ask("GET", f"/api/v1/{path}", **headers)

    def post(self, path: str, content: Any, **headers: str) -> tuple[int, str]:
        """Send JSON with the CSRF token of the path's action."""
        csrf = json.loads(self.get(f"csrftoken/{path.split('/')[0]}")[1])["token"]
        return self.send("POST", path, content, X_CSRF_TOKEN=csrf, **headers)

    def send(self, method: str, path: str, content: Any, **headers: str) -> tuple[int, str]:
        """Send JSON."""
        body = json.dumps(content).encode()
        return self.ask(method, f"/api/v1/{path}", body, **{"Content_Type": "application/json", **headers})

    def login(self, token: str) -> str:
        """Return the login token for a cluster token."""
        session = json.loads(self.post("login", {"token": token})[1])["jweToken"]
        assert isinstance(session, str)
        return session


@pytest.fixture(scope="session")
def certificate() -> bytes:
    """Provide one certificate for all tests."""
    return self_signed()


@pytest.fixture(scope="session")
def session_key() -> RSAPrivateKey:
    """Provide one key of login tokens for all tests."""
    return generate_private_key(65537, 2048)


@pytest.fixture
def visitor(cluster: FakeCluster, certificate: bytes, session_key: RSAPrivateKey) -> Iterator[Visitor]:
    """Provide a visitor of a running Dashboard."""
    clock = Clock()
    waits: list[float] = []
    api = KeptApi(cluster.url, None, lambda: None, USER_AGENT, link=Link(clock, waits.append))
    app = Dashboard(api, Sessions(session_key, clock), Csrf(b"a key", clock), Pages.of(PAGE))
    server = Server(("127.0.0.1", 0), app, server_context(certificate)).start(poll=0.01)
    found = Visitor(server.port, clock, app)
    found.waits = waits
    yield found
    server.shutdown()
    server.server_close()
