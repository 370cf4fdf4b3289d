"""Lists and details of the cluster's objects, read with the visitor's own token."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from standins.cluster_api import ApiError, ClusterApi, Json
from standins.dashboard import shapes
from standins.serving import Reply, Request

Shape = Callable[[Json], Json]


@dataclass(frozen=True)
class Kind:
    """A kind of object: its name in our paths, its place in the API, and its shapes."""

    name: str
    group: str
    shape: Shape
    is_namespaced: bool = True

    def path(self, values: Mapping[str, str]) -> str:
        """Return the API's path for a list, or for one object where its name is given."""
        parts = [self.group]
        if self.is_namespaced and "namespace" in values:
            parts += ["namespaces", quote(values["namespace"], safe="")]
        parts.append(f"{self.name}s")
        if "name" in values:
            parts.append(quote(values["name"], safe=""))
        return "/".join(parts)


KINDS = (
    Kind("service", "/api/v1", shapes.service),
    Kind("pod", "/api/v1", shapes.pod),
    Kind("secret", "/api/v1", shapes.secret),
    Kind("node", "/api/v1", shapes.node, is_namespaced=False),
    Kind("namespace", "/api/v1", shapes.namespace, is_namespaced=False),
)
DEPLOYMENTS = Kind("deployment", "/apis/apps/v1", lambda item: item)
PODS = KINDS[1]


def listed(kind: Kind, api: ClusterApi, request: Request, values: Mapping[str, str]) -> Reply:
    """Answer with a list; a refusal by the API server is an entry of errors[], with status 200."""
    return _list(kind.name, kind.shape, lambda: _items(api, kind, values), request)


def detailed(kind: Kind, api: ClusterApi, values: Mapping[str, str]) -> Reply:
    """Answer with one object; raise ApiError."""
    return Reply.of_json({**kind.shape(api.get(kind.path(values))), "errors": []})


def deployments(api: ClusterApi, request: Request, values: Mapping[str, str]) -> Reply:
    """Answer with the Deployments and the numbers of their Pods."""

    def cells() -> list[Json]:
        pods = _items(api, PODS, values)
        return [shapes.deployment(item, pods) for item in _items(api, DEPLOYMENTS, values)]

    return _list("deployment", lambda cell: cell, cells, request)


def deployment(api: ClusterApi, values: Mapping[str, str]) -> Reply:
    """Answer with one Deployment; raise ApiError."""
    found = api.get(DEPLOYMENTS.path(values))
    pods = _items(api, PODS, {"namespace": values["namespace"]})
    return Reply.of_json(shapes.deployment_detail(found, pods))


def _list(name: str, shape: Shape, read: Callable[[], list[Json]], request: Request) -> Reply:
    errors: list[Json] = []
    cells: list[Json] = []
    try:
        cells = [shape(item) for item in read()]
    except ApiError as error:
        if error.status not in (401, 403):
            raise
        errors.append(shapes.status_error(error))
    content = {
        "listMeta": {"totalItems": len(cells)},
        f"{name}s": shapes.selected(cells, request.query),
        "errors": errors,
    }
    if name in ("deployment", "pod"):
        content["status"] = _totals(name, cells)
    return Reply.of_json(content)


def _totals(name: str, cells: list[Json]) -> Json:
    phases = ("running", "pending", "failed", "succeeded")
    if name == "pod":
        found = [cell["podStatus"]["status"].lower() for cell in cells]
        return {phase: found.count(phase) for phase in phases}
    return {phase: sum(cell["pods"][phase] > 0 for cell in cells) for phase in phases}


def _items(api: ClusterApi, kind: Kind, values: Mapping[str, str]) -> list[Json]:
    items: list[Json] = api.get(kind.path(values)).get("items") or []
    return items
