"""Finds the function that answers a path."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from standins.serving import Reply, Request

Action = Callable[[Request, Mapping[str, str]], Reply]


@dataclass(frozen=True)
class Route:
    """A method, a path pattern such as "/pod/{namespace}", and what answers it."""

    method: str
    pattern: str
    action: Action

    def match(self, path: str) -> Mapping[str, str] | None:
        """Return the values of the pattern's names, or None where the path is another one."""
        found = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.pattern), path)
        return found.groupdict() if found else None


def route(routes: tuple[Route, ...], request: Request) -> Reply:
    """Answer by the first route that fits; 405 where only the method is wrong, 404 where none fits."""
    method = "GET" if request.method == "HEAD" else request.method
    is_known = False
    for candidate in routes:
        values = candidate.match(request.path)
        if values is not None and candidate.method == method:
            return candidate.action(request, values)
        is_known = is_known or values is not None
    if is_known:
        return Reply.of_text("405: Method Not Allowed", 405)
    return Reply.of_text("404: Page Not Found", 404)
