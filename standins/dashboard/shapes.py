"""Objects of the API in the shapes of the Dashboard's interface."""

from collections.abc import Iterable, Mapping
from typing import Any

from standins.cluster_api import ApiError, Json


def status_error(error: ApiError) -> Json:
    """Return a refusal as an entry of errors[]."""
    status = {
        "metadata": {},
        "status": "Failure",
        "message": error.message,
        "reason": error.reason,
        "code": error.status,
    }
    return {"ErrStatus": status}


def heading(item: Json, kind: str) -> Json:
    """Return objectMeta and typeMeta."""
    metadata = item["metadata"]
    wanted = ("name", "namespace", "labels", "annotations", "creationTimestamp", "uid")
    return {
        "objectMeta": {key: metadata[key] for key in wanted if key in metadata},
        "typeMeta": {"kind": kind},
    }


def deployment(item: Json, pods: Iterable[Json]) -> Json:
    """Return a Deployment for a list; pods are those of its namespace."""
    spec = item["spec"]
    template = spec["template"]["spec"]
    return {
        **heading(item, "deployment"),
        "pods": pod_counts(item, pods),
        "containerImages": [container["image"] for container in template.get("containers") or []],
        "initContainerImages": [container["image"] for container in template.get("initContainers") or []],
    }


def deployment_detail(item: Json, pods: Iterable[Json]) -> Json:
    """Return a Deployment in full."""
    status = item.get("status", {})
    return {
        **deployment(item, pods),
        "selector": item["spec"]["selector"].get("matchLabels") or {},
        "statusInfo": {
            "replicas": status.get("replicas", 0),
            "updated": status.get("updatedReplicas", 0),
            "available": status.get("availableReplicas", 0),
            "unavailable": status.get("unavailableReplicas", 0),
        },
        "conditions": status.get("conditions") or [],
        "errors": [],
    }


def pod_counts(item: Json, pods: Iterable[Json]) -> Json:
    """Count the Pods that a Deployment selects, by phase."""
    wanted: Mapping[str, str] = item["spec"]["selector"].get("matchLabels") or {}
    home = item["metadata"]["namespace"]
    phases = [
        pod.get("status", {}).get("phase", "Unknown")
        for pod in pods
        if pod["metadata"]["namespace"] == home and wanted.items() <= (pod["metadata"].get("labels") or {}).items()
    ]
    counts: Json = {name.lower(): phases.count(name) for name in ("Running", "Pending", "Failed", "Succeeded")}
    current = item.get("status", {}).get("replicas", 0)
    return {"current": current, "desired": item["spec"].get("replicas", 1), **counts, "warnings": []}


def service(item: Json) -> Json:
    """Return a Service."""
    spec = item["spec"]
    name, namespace = item["metadata"]["name"], item["metadata"]["namespace"]
    ports = [
        {"port": port["port"], "protocol": port["protocol"], "nodePort": port.get("nodePort", 0)}
        for port in spec.get("ports") or []
    ]
    host = name if namespace == "default" else f"{name}.{namespace}"
    return {
        **heading(item, "service"),
        "internalEndpoint": {"host": host, "ports": ports},
        "externalEndpoints": [],
        "selector": spec.get("selector") or {},
        "type": spec.get("type", ""),
        "clusterIP": spec.get("clusterIP", ""),
    }


def node(item: Json) -> Json:
    """Return a Node; ready is "True", "False" or "Unknown"."""
    conditions = item.get("status", {}).get("conditions") or []
    ready = [condition["status"] for condition in conditions if condition["type"] == "Ready"]
    return {**heading(item, "node"), "ready": ready[0] if ready else "Unknown"}


def pod(item: Json) -> Json:
    """Return a Pod."""
    status = item.get("status", {})
    containers = status.get("containerStatuses") or []
    return {
        **heading(item, "pod"),
        "podStatus": {"status": status.get("phase", "Unknown"), "podPhase": status.get("phase", "Unknown")},
        "restartCount": sum(container.get("restartCount", 0) for container in containers),
        "nodeName": item["spec"].get("nodeName", ""),
        "podIP": status.get("podIP", ""),
        "containerImages": [container["image"] for container in item["spec"].get("containers") or []],
        "warnings": [],
    }


def namespace(item: Json) -> Json:
    """Return a Namespace."""
    return {**heading(item, "namespace"), "phase": item.get("status", {}).get("phase", "")}


def secret(item: Json) -> Json:
    """Return a Secret without its data."""
    return {**heading(item, "secret"), "type": item.get("type", "")}


def selected(cells: list[Json], query: Mapping[str, str]) -> list[Json]:
    """Return the cells that filterBy, sortBy, itemsPerPage and page of a query ask for."""
    by, _, text = query.get("filterBy", "").partition(",")
    if by == "name":
        cells = [cell for cell in cells if text in cell["objectMeta"]["name"]]
    direction, _, key = query.get("sortBy", "").partition(",")
    if key in {"name", "creationTimestamp", "namespace"}:
        cells = sorted(cells, key=lambda cell: _sort_key(cell, key), reverse=direction == "d")
    size, page = _number(query.get("itemsPerPage")), _number(query.get("page")) or 1
    return cells[size * (page - 1) : size * page] if size else cells


def _sort_key(cell: Json, key: str) -> str:
    return str(cell["objectMeta"].get(key, ""))


def _number(text: Any) -> int:
    return int(text) if isinstance(text, str) and text.isascii() and text.isdecimal() else 0
