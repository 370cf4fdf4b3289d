"""The door to the Kubernetes API: plain HTTPS and JSON, so that a stand-in starts fast and stays small."""

import json
import os
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

Json = dict[str, Any]
ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
BODY_LIMIT = 16 * 1024 * 1024
MERGE_PATCH = "application/merge-patch+json"


class ApiUnreachable(Exception):
    """Report that the API server gave no answer that could be used."""


class ApiError(Exception):
    """Report the status and the message with which the API server refused."""

    def __init__(self, status: int, message: str, reason: str = "") -> None:
        super().__init__(status, message, reason)
        self.status = status
        self.message = message
        self.reason = reason

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True)
class Answer:
    """What the API server answered."""

    status: int
    body: bytes
    content_type: str = "application/json"

    def parsed(self) -> Json:
        """Return the body as an object; raise ApiError where the server refused."""
        try:
            found = json.loads(self.body)
        except ValueError:
            found = None
        if self.status < 400 and isinstance(found, dict):
            return found
        said = found if isinstance(found, dict) else {}
        message = said.get("message") or self.body[:300].decode(errors="replace").strip()
        status = self.status if self.status >= 400 else 502
        raise ApiError(status, message or f"status {self.status}", said.get("reason", ""))


@dataclass(frozen=True)
class ClusterApi:
    """One API server, asked with one credential."""

    url: str
    tls: ssl.SSLContext | None
    credential: Callable[[], str | None]
    user_agent: str
    timeout: float = 10.0

    @classmethod
    def in_cluster(cls, user_agent: str) -> "ClusterApi":
        """Use what the Pod was given; STANDIN_API, STANDIN_CA and STANDIN_TOKEN (a file) replace it."""
        host = os.environ.get("KUBERNETES_SERVICE_HOST", "kubernetes.default.svc")
        port = os.environ.get("KUBERNETES_SERVICE_PORT", "443")
        url = os.environ.get("STANDIN_API", f"https://{host}:{port}")
        token = Path(os.environ.get("STANDIN_TOKEN", ACCOUNT / "token"))
        tls = None
        if url.startswith("https:"):
            tls = ssl.create_default_context(cafile=os.environ.get("STANDIN_CA", str(ACCOUNT / "ca.crt")))
        return cls(url, tls, lambda: token.read_text().strip() if token.exists() else None, user_agent)

    def with_token(self, token: str | None) -> "ClusterApi":
        """Return the same server asked with somebody's own token."""
        return replace(self, credential=lambda: token)

    def send(self, method: str, path: str, body: bytes | None = None, content_type: str = "application/json") -> Answer:
        """Send one request and return whatever status came back; raise ApiUnreachable without an answer."""
        connection = self._connect(self.timeout)
        try:
            response = self._ask(connection, method, path, body, {"Content-Type": content_type})
            content = response.read(BODY_LIMIT + 1)
        except (OSError, HTTPException) as error:
            raise ApiUnreachable(f"expected an answer from {self.url}, found {error!r}") from error
        finally:
            connection.close()
        if len(content) > BODY_LIMIT:
            raise ApiUnreachable(f"expected at most {BODY_LIMIT} bytes from {self.url}{path}, found more")
        return Answer(response.status, content, response.getheader("Content-Type") or "application/json")

    def get(self, path: str) -> Json:
        """Return one object or list; raise ApiError or ApiUnreachable."""
        return self.send("GET", path).parsed()

    def create(self, path: str, content: Json) -> Json:
        """Create an object and return it; raise ApiError or ApiUnreachable."""
        return self.send("POST", path, json.dumps(content).encode()).parsed()

    def replace(self, path: str, content: Json) -> Json:
        """Write an object as a whole and return it; raise ApiError or ApiUnreachable."""
        return self.send("PUT", path, json.dumps(content).encode()).parsed()

    def merge(self, path: str, change: Json) -> Json:
        """Merge a change into an object and return it; raise ApiError or ApiUnreachable."""
        return self.send("PATCH", path, json.dumps(change).encode(), MERGE_PATCH).parsed()

    def delete(self, path: str) -> Json:
        """Delete an object; raise ApiError or ApiUnreachable."""
        return self.send("DELETE", path).parsed()

    def lines(self, path: str, silence: float) -> Iterator[bytes]:
        """Yield the lines of a streamed answer; raise ApiUnreachable after that many seconds of silence."""
        connection = self._connect(silence)
        try:
            response = self._ask(connection, "GET", path, None, {})
            if response.status >= 400:
                Answer(response.status, response.read(BODY_LIMIT)).parsed()
            while line := response.readline(BODY_LIMIT):
                yield line
        except (OSError, HTTPException) as error:
            raise ApiUnreachable(f"lost the stream from {self.url}{path}: {error!r}") from error
        finally:
            connection.close()

    def _connect(self, timeout: float) -> HTTPConnection:
        where = urlsplit(self.url)
        host = where.hostname or ""
        if self.tls is None:
            return HTTPConnection(host, where.port, timeout=timeout)
        return HTTPSConnection(host, where.port, timeout=timeout, context=self.tls)

    def _ask(
        self,
        connection: HTTPConnection,
        method: str,
        path: str,
        body: bytes | None,
        headers: Mapping[str, str],
    ) -> HTTPResponse:
        sent = {"Accept": "application/json", "User-Agent": self.user_agent, **headers}
        if token := self.credential():
            if not (token.isascii() and token.isprintable()):
                raise ApiError(401, "Unauthorized", "Unauthorized")  # such a header cannot even be sent
            sent["Authorization"] = f"Bearer {token}"
        connection.request(method, path, body, sent)
        return connection.getresponse()
