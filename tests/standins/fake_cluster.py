"""A small Kubernetes API on localhost: objects in memory, tokens, watches that can be cut or made too old."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from standins.cluster_api import ClusterApi

ADMIN, POWERLESS = "admin-token", "powerless-token"
ANONYMOUS = ""
"""Who brings a blank token, which is as good as none: anonymous, and known."""

LISTS = frozenset(
    {"services", "endpoints", "pods", "nodes", "secrets", "namespaces", "deployments", "configmaps"}
    | {"ippools", "blockaffinities"}
)
Json = dict[str, Any]


@dataclass(frozen=True)
class Seen:
    """One request that the API received."""

    method: str
    path: str
    token: str
    agent: str


class FakeCluster:
    """The state behind the API."""

    def __init__(self) -> None:
        self.objects: dict[str, Json] = {}
        self.seen: list[Seen] = []
        self.events: list[tuple[int, str, Json]] = []
        self.version = 1
        self.oldest = 0
        self.watching = True
        self.turn = Condition()
        self.url = ""

    def put(self, path: str, **content: Any) -> None:
        """Write an object as if somebody had; path is its own in the API."""
        with self.turn:
            kind = "MODIFIED" if path in self.objects else "ADDED"
            self.version += 1
            metadata = {**_names(path), **content.pop("metadata", {}), "resourceVersion": str(self.version)}
            self.objects[path] = {**content, "metadata": metadata}
            self._tell(kind, path)

    def remove(self, path: str) -> None:
        """Delete an object as if somebody had."""
        with self.turn:
            self.version += 1
            self._tell("DELETED", path)
            del self.objects[path]

    def forget_history(self) -> None:
        """End every watch, and answer 410 to those who want to go on from where they were."""
        with self.turn:
            self.version += 1
            self.oldest = self.version
            self.watching = False
            self.turn.notify_all()

    def api(self, token: str | None = ADMIN, agent: str = "tests") -> ClusterApi:
        """Return a client of this API."""
        return ClusterApi(self.url, None, lambda: token, agent)

    def under(self, path: str) -> list[Json]:
        """Return the objects of a list path: of one namespace, or of all."""
        return [found for name, found in self.objects.items() if _is_under(name, path)]

    def _tell(self, kind: str, path: str) -> None:
        self.events.append((self.version, path, {"type": kind, "object": dict(self.objects[path])}))
        self.turn.notify_all()


@contextmanager
def running() -> Iterator[FakeCluster]:
    """Serve a fresh API on a free port."""
    cluster = FakeCluster()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"cluster": cluster}))
    server.daemon_threads = True
    cluster.url = f"http://127.0.0.1:{server.server_address[1]}"
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield cluster
    finally:
        cluster.forget_history()
        server.shutdown()
        server.server_close()


def _names(path: str) -> Json:
    parts = path.split("/")
    namespace = {"namespace": parts[-3]} if len(parts) > 4 and parts[-4] == "namespaces" else {}
    return {"name": parts[-1], **namespace}


def _is_under(name: str, path: str) -> bool:
    root, _, kind = path.rpartition("/")
    parent, _, _ = name.rpartition("/")
    return parent == path or (parent.startswith(f"{root}/namespaces/") and parent.endswith(f"/{kind}"))


class _Handler(BaseHTTPRequestHandler):
    cluster: FakeCluster

    def _handle(self) -> None:
        split = urlsplit(self.path)
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer").strip()
        seen = Seen(self.command, split.path, token, self.headers.get("User-Agent", ""))
        self.cluster.seen.append(seen)
        if token not in {ADMIN, POWERLESS, ANONYMOUS}:
            return self._refuse(401, "Unauthorized", "Unauthorized")
        if split.path == "/version":
            return self._send(200, {"gitVersion": "v1.20.2"})
        if token in {POWERLESS, ANONYMOUS}:
            return self._refuse(403, "Forbidden", f"{split.path.split('/')[-1]} is forbidden: User cannot")
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
        query = {key: values[0] for key, values in parse_qs(split.query).items()}
        if "watch" in query:
            return self._watch(split.path, int(query["resourceVersion"]))
        return getattr(self, f"_{self.command.lower()}")(split.path, body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle

    def _get(self, path: str, body: Json) -> None:
        if path in self.cluster.objects:
            return self._send(200, self.cluster.objects[path])
        if path.split("/")[-1] in LISTS:
            version = {"resourceVersion": str(self.cluster.version)}
            return self._send(200, {"metadata": version, "items": self.cluster.under(path)})
        return self._refuse(404, "NotFound", f'"{path.split("/")[-1]}" not found')

    def _post(self, path: str, body: Json) -> None:
        if "/namespaces/gone/" in path:
            return self._refuse(404, "NotFound", 'namespaces "gone" not found')
        name = f"{path}/{body['metadata']['name']}"
        if name in self.cluster.objects:
            return self._refuse(409, "AlreadyExists", f'"{body["metadata"]["name"]}" already exists')
        if "selector" in body.get("spec", {}) and not body["metadata"].get("labels"):
            return self._refuse(422, "Invalid", "spec.selector: Required value")
        self.cluster.put(name, **body)
        return self._send(201, self.cluster.objects[name])

    def _put(self, path: str, body: Json) -> None:
        self.cluster.put(path, **body)
        self._send(200, self.cluster.objects[path])

    def _patch(self, path: str, body: Json) -> None:
        path, part = (path.removesuffix("/status"), "status") if path.endswith("/status") else (path, "")
        found = dict(self.cluster.objects[path])
        if part:
            found["status"] = {**found.get("status", {}), **body.get("status", {})}
        if not part or "metadata" in body:
            found["metadata"] = {**found["metadata"], **body["metadata"]}
        self.cluster.put(path, **found)
        self._send(200, found)

    def _delete(self, path: str, body: Json) -> None:
        self.cluster.remove(path)
        self._send(200, {})

    def _watch(self, path: str, version: int) -> None:
        cluster = self.cluster
        if version < cluster.oldest:
            cluster.watching = True
            return self._refuse(410, "Expired", "too old resource version")
        self.send_response(200)
        self.end_headers()
        with cluster.turn:
            while cluster.watching:
                for at, name, event in [found for found in cluster.events if found[0] > version]:
                    version = at
                    if _is_under(name, path):
                        self.wfile.write(json.dumps(event).encode() + b"\n")
                cluster.turn.wait(0.5)
        return None

    def _refuse(self, status: int, reason: str, message: str) -> None:
        self._send(
            status, {"kind": "Status", "status": "Failure", "message": message, "reason": reason, "code": status}
        )

    def _send(self, status: int, content: Json) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass
