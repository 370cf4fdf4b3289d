"""Web pages of the lab, asked from where the grader stands."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from labproof.connection.base import Connection, HttpRequest, HttpResponse
from labproof.connection.visit import Sight, Step, Visit
from labproof.ground.errors import DeadlineExceeded, NotTaken, Refused, Unproven, Unreachable
from labproof.lab.machine import Machine, Phase


@dataclass(frozen=True)
class PageState:
    """An answer to a browser's question: no status when the server did not answer."""

    status: int | None
    body: str = ""
    location: str = ""
    problem: str = ""

    def __str__(self) -> str:
        if self.status is None:
            return self.problem
        where = f" to {self.location}" if self.location else ""
        return f"HTTP {self.status}{where}: {' '.join(self.body.split())[:160]}"

    def json(self) -> dict[str, Any]:
        """Return the JSON object that the page is, empty when it is none."""
        try:
            data = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return data if isinstance(data, dict) else {}


class Browser:
    """Asks a machine's pages. A page that does not answer while its machine does is a fact, not a blind spot."""

    def __init__(self, connection: Connection, phase: Phase, is_real: bool = False) -> None:
        self._connection = connection
        self._phase = phase
        self.is_real = is_real
        """Whether a real browser is there, or was in the run that is replayed: then `visit` can be used."""

    def get(self, machine: Machine, scheme: str, port: int, path: str = "/", **headers: str) -> PageState:
        """Get a page of a machine."""
        return self._ask(machine, HttpRequest("GET", f"{scheme}://{machine.address}:{port}{path}", headers))

    def get_service(self, machine: Machine, node_port: int) -> PageState:
        """Get the page of a Service by its node port, which is 0 where there is none."""
        if not node_port:
            return PageState(None, problem="there is no node port to ask")
        return self.get(machine, "http", node_port)

    def post(self, machine: Machine, scheme: str, port: int, path: str, data: object, **headers: str) -> PageState:
        """Post JSON to a page of a machine."""
        url = f"{scheme}://{machine.address}:{port}{path}"
        body = json.dumps(data, sort_keys=True).encode()
        return self._ask(machine, HttpRequest("POST", url, {"Content-Type": "application/json", **headers}, body))

    def visit(self, machine: Machine, scheme: str, port: int, path: str = "/", steps: Sequence[Step] = ()) -> Sight:
        """Have a real browser open a page of a machine and do something there.

        Raises TransportError where the page cannot be reached, and NoBrowser where the browser failed.
        """
        visit = Visit(f"{scheme}://{machine.address}:{port}{path}", tuple(steps))
        return self._connection.visit(visit, self._phase.purpose)

    def _ask(self, machine: Machine, request: HttpRequest) -> PageState:
        try:
            return _state(self._connection.fetch(request, self._phase.purpose))
        except Refused as problem:
            if isinstance(problem, NotTaken):
                return PageState(None, problem=f"connection refused by {machine.address}, or no way there")
            return PageState(None, problem=f"connection refused by {machine.address}")
        except (DeadlineExceeded, Unreachable) as problem:
            if isinstance(problem, Unproven) or not machine.is_reachable():
                raise
            return PageState(None, problem=f"{machine.name} answers, but not this page: {problem}")


def _state(response: HttpResponse) -> PageState:
    return PageState(response.status, response.body, response.headers.get("location", ""))
