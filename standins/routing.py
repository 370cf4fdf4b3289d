"""Finds the function that answers a path, and refuses what no function takes, as go-restful does."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from standins.serving import Reply, Request

Action = Callable[[Request, Mapping[str, str]], Reply]
Filter = Callable[[Request], Reply | None]
JSON = "application/json"
ANY = "*/*"


@dataclass(frozen=True)
class Route:
    """A method, a path pattern such as "/pod/{namespace}", and what answers it."""

    method: str
    pattern: str
    action: Action

    def match(self, path: str) -> Mapping[str, str] | None:
        """Return the values of the pattern's names, or None where the path is another one."""
        found = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.pattern) + "/?", path)
        return found.groupdict() if found else None


def route(routes: tuple[Route, ...], request: Request, permit: Filter = lambda _: None) -> Reply:
    """Answer by the first route that fits, unless `permit` answers first, which is asked once there is a route.

    Refused is, in this order: an unknown path (404), another method (405), a body that is not JSON (415), and
    somebody who does not take JSON (406).
    """
    method = "GET" if request.method == "HEAD" else request.method
    matches = [(one, values) for one in routes if (values := one.match(request.path)) is not None]
    if not matches:
        return Reply.of_text("404: Page Not Found", 404)
    for candidate, values in matches:
        if candidate.method == method:
            return _refused(method, request) or permit(request) or candidate.action(request, values)
    return Reply.of_text("405: Method Not Allowed", 405)


def _refused(method: str, request: Request) -> Reply | None:
    if method in {"POST", "PUT"} and JSON not in _types(request.header("Content-Type")):
        return Reply.of_text("415: Unsupported Media Type", 415)
    if not {JSON, ANY} & _types(request.header("Accept") or ANY):
        return Reply.of_text("406: Not Acceptable", 406)
    return None


def _types(header: str) -> set[str]:
    return {one.partition(";")[0].strip() for one in header.split(",")}
