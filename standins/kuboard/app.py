"""Kuboard's HTTP interface: the console's page, and a way through to the API with the visitor's token."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from standins.cluster_api import ApiError, ApiUnreachable, ClusterApi
from standins.pages import Pages
from standins.serving import Reply, Request

THROUGH = "/k8s-api/"
CONSOLE_PATHS = ("/", "/login", "/dashboard")


@dataclass(frozen=True)
class Console:
    """Answers every request of the console."""

    api: ClusterApi
    pages: Pages

    def __call__(self, request: Request) -> Reply:
        """Answer one request; what the API server says is passed on as it is."""
        if request.path.startswith(THROUGH):
            return self._through(request)
        if request.path in CONSOLE_PATHS and request.method in {"GET", "HEAD"}:
            return self.pages.files["/index.html"]
        return self.pages.find(request) or Reply.of_text("404: Page Not Found", 404)

    def _through(self, request: Request) -> Reply:
        if not (token := request.bearer()):
            return Reply.of_text("Unauthorized: expected the header Authorization: Bearer TOKEN", 401)
        if "/watch/" in request.path or {"watch", "follow"} & request.query.keys():
            return Reply.of_text("this stand-in passes no endless answers on", 501)
        split = urlsplit(request.target)
        path = "/" + split.path.removeprefix(THROUGH) + (f"?{split.query}" if split.query else "")
        kind = request.header("Content-Type") or "application/json"
        method = "GET" if request.method == "HEAD" else request.method
        try:
            answer = self.api.with_token(token).send(method, path, request.body or None, kind)
        except ApiError as error:
            return Reply.of_text(error.message, error.status)
        except ApiUnreachable as error:
            return Reply.of_text(str(error), 502)
        return Reply(answer.status, answer.body, answer.content_type)
