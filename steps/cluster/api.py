"""The Kubernetes API of the lab: the door to the kubernetes client.

Requests go through the seam, so they are recorded and can be replayed. The credential is taken from master
as data: only certificates are read from a kubeconfig, never a command, a proxy or a server address.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

from labproof.connection.base import Connection, Credential, HttpRequest, HttpResponse
from labproof.connection.secrets import decode_secret
from labproof.ground.errors import NoCluster, TransportError
from labproof.ground.lean_imports import only_submodules
from labproof.ground.untrusted import read_yaml
from labproof.lab.machine import Machine, Phase

# The rest of the package reads kubeconfigs and runs the commands in them: no part of it is wanted here.
with only_submodules("kubernetes"):
    from kubernetes.client.api_client import ApiClient
    from kubernetes.client.configuration import Configuration

ADMIN_CONF = "/etc/kubernetes/admin.conf"
API_PORT = 6443
EVERY_SECRET = "/api/v1/secrets"
_TOLD_NOTHING = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT)
"""What an API that is overloaded, or that starts or ends, answers to everybody (kubernetes v1.20.4 apiserver)."""
Json = dict[str, Any]


class Cluster:
    """The API server on master, asked as the administrator that kubeadm made, or as a bearer of a token."""

    def __init__(self, connection: Connection, master: Machine, phase: Phase) -> None:
        self._connection = connection
        self._master = master
        self._phase = phase
        self._credential: Credential | None = None
        self.was_healthy = False

    def forget(self) -> None:
        """Drop what was learnt of the cluster: it may have been made anew."""
        self._credential = None
        self.__dict__.pop("_client", None)

    def as_bearer(self, name: str, token: str) -> "Cluster":
        """Return the same API asked with a token; `name` is how the evidence calls its owner."""
        return self.with_credential(Credential(f"the token of {name}", token=token, authority=self.authority))

    def with_credential(self, credential: Credential) -> "Cluster":
        """Return the same API asked with another credential; the authority that signs the API stays ours."""
        other = Cluster(self._connection, self._master, self._phase)
        other._credential = replace(credential, authority=self.authority)
        return other

    @property
    def authority(self) -> str:
        """Return the certificate of the authority that signs the API, as master holds it."""
        return self._admin().authority

    def read(self, path: str, *names: str, **query: str) -> Json | None:
        """Return an object or a list, or None when there is no such object.

        Each `{}` in the path stands for one of the names; the query is the API's own, such as `labelSelector`.
        Raises NoCluster, Refused, Unreachable or DeadlineExceeded, and ApiProblem for any other answer.
        """
        return self._call("GET", path, names, query)

    def create(self, path: str, *names: str, body: Json) -> Json | None:
        """Have the API make an object, or answer a review, and return what it says. Raises as `read` does."""
        return self._call("POST", path, names, {}, body)

    def delete(self, path: str, *names: str, **query: str) -> Json | None:
        """Have the API take an object away; None when there is none. Raises as `read` does."""
        return self._call("DELETE", path, names, query)

    def text(self, path: str) -> str:
        """Return what the API answers to a plain path such as /readyz."""
        return self._fetch("GET", path, {}, b"").data.decode()

    def log(self, namespace: str, pod: str, container: str, *, is_previous: bool) -> str:
        """Return the end of a container's log, or of the run before; empty when there is none."""
        names = [quote(name, safe="") for name in (namespace, pod, container)]
        path = "/api/v1/namespaces/{}/pods/{}/log?container={}&tailLines=40".format(*names)
        answer = self._fetch("GET", f"{path}&previous=true" if is_previous else path, {}, b"")
        return answer.data.decode() if answer.status == HTTPStatus.OK else ""

    def fetch(self, request: HttpRequest) -> HttpResponse:
        """Return what a server inside the cluster answers, such as a Pod on its own address."""
        return self._connection.fetch(request, self._phase.purpose)

    def _call(
        self, method: str, path: str, names: tuple[str, ...], query: dict[str, str], body: Json | None = None
    ) -> Json | None:
        # The typed clients, one class a kind, take a second to import: a third of a whole grading.
        place = path.format(*(quote(name, safe="") for name in names))
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        asked = self._client.param_serialize(method, place, None, list(query.items()), headers, body)
        answer = cast(_Answer, self._client.call_api(*asked))
        if answer.status == HTTPStatus.NOT_FOUND:
            return None
        if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            raise ApiProblem(answer.status, answer.read().decode("utf-8", "replace")[:400])
        return _decoded(answer.read())

    @cached_property
    def _client(self) -> ApiClient:
        api = ApiClient(Configuration(host=f"https://{self._master.address}:{API_PORT}"))
        api.rest_client = _SeamRest(self._fetch)  # type: ignore[assignment]
        return api

    def _admin(self) -> Credential:
        if self._credential is None:
            credential = read_credential(self._master)
            self._require_refusal(credential.authority)
            self._credential = credential
        return self._credential

    def _require_refusal(self, authority: str) -> None:
        """Raise NoCluster for a server in the API's place that tells its secrets to anybody who asks."""
        nobody = Credential("nobody", authority=authority)
        answer = self._connection.fetch(self._request("GET", EVERY_SECRET, {}, b"", nobody), self._phase.purpose)
        if answer.status in _TOLD_NOTHING:
            raise ApiProblem(answer.status, answer.body[:400])
        if answer.status not in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise NoCluster(
                f"what listens on {self._master.name}'s port {API_PORT} answers {answer.status} to somebody without"
                " a credential: it is not the API as kubeadm sets it up, or system:anonymous was given rights in it"
            )

    def _fetch(self, method: str, path: str, headers: dict[str, str], body: bytes) -> "_Answer":
        request = self._request(method, path, headers, body, self._admin())
        response = self._connection.fetch(request, self._phase.purpose)
        return _Answer(response.status, response.body.encode(), dict(response.headers))

    def _request(
        self, method: str, path: str, headers: dict[str, str], body: bytes, credential: Credential
    ) -> HttpRequest:
        url = f"https://{self._master.address}:{API_PORT}{path}"
        return HttpRequest(method, url, headers, body, via=self._master.name, credential=credential)


class ApiProblem(TransportError):
    """Report that the API answered, but neither with the object nor with its absence."""

    def __init__(self, status: int, says: str) -> None:
        super().__init__(f"the API answered {status}: {says}")
        self.status = status


def read_credential(master: Machine) -> Credential:
    """Return the administrator's certificates from master. Raises NoCluster when there are none."""
    text = master.read(ADMIN_CONF)
    if text is None:
        raise NoCluster(f"{ADMIN_CONF} is not on {master.name}: kubeadm init has not succeeded there")
    try:
        config = read_yaml(text)
        user = config["users"][0]["user"]
        cluster = config["clusters"][0]["cluster"]
        return Credential(
            name="kubernetes-admin",
            certificate=decode_secret(user["client-certificate-data"]),
            key=decode_secret(user["client-key-data"]),
            authority=decode_secret(cluster["certificate-authority-data"]),
        )
    except (LookupError, TypeError, AttributeError, ValueError) as problem:
        raise NoCluster(f"{ADMIN_CONF} on {master.name} holds no client certificate ({problem!r})") from problem


def _decoded(data: bytes) -> Json:
    try:
        decoded = json.loads(data)
    except (ValueError, RecursionError) as problem:
        raise ApiProblem(0, f"not JSON: {data[:120]!r}") from problem
    if not isinstance(decoded, dict):
        raise ApiProblem(0, f"not an object: {data[:120]!r}")
    return decoded


class _Answer:
    """What the client expects of a response."""

    def __init__(self, status: int, data: bytes, headers: dict[str, str]) -> None:
        self.status = status
        self.reason = ""
        self.data = data
        self.headers = headers

    @property
    def response(self) -> "_Answer":
        return self

    def read(self) -> bytes:
        return self.data


class _SeamRest:
    """Stands where the client would open connections of its own."""

    def __init__(self, fetch: Callable[[str, str, dict[str, str], bytes], _Answer]) -> None:
        self._fetch = fetch

    def request(
        self,
        method: str,
        url: str,
        headers: dict[str, str] | None = None,
        body: object = None,
        post_params: object = None,
        _request_timeout: float | None = None,
    ) -> _Answer:
        path = "/" + url.split("://", 1)[1].split("/", 1)[1]
        data = b"" if body is None else json.dumps(body, sort_keys=True).encode()
        return self._fetch(method, path, headers or {}, data)

    def close(self) -> None:
        """Do nothing: the seam's owner closes it."""
