"""Objects as they are: the editor's reading and saving, deleting, and scaling."""

import json
from collections.abc import Mapping
from urllib.parse import quote

from standins.cluster_api import ClusterApi, Json
from standins.dashboard.bodies import BadBody, body_of
from standins.serving import Reply, Request

_CORE, _APPS, _RBAC = "/api/v1", "/apis/apps/v1", "/apis/rbac.authorization.k8s.io/v1"
PLACES: Mapping[str, tuple[str, str, bool]] = {
    "clusterrole": (_RBAC, "clusterroles", False),
    "clusterrolebinding": (_RBAC, "clusterrolebindings", False),
    "configmap": (_CORE, "configmaps", True),
    "daemonset": (_APPS, "daemonsets", True),
    "deployment": (_APPS, "deployments", True),
    "endpoint": (_CORE, "endpoints", True),
    "event": (_CORE, "events", True),
    "job": ("/apis/batch/v1", "jobs", True),
    "namespace": (_CORE, "namespaces", False),
    "node": (_CORE, "nodes", False),
    "persistentvolume": (_CORE, "persistentvolumes", False),
    "persistentvolumeclaim": (_CORE, "persistentvolumeclaims", True),
    "pod": (_CORE, "pods", True),
    "replicaset": (_APPS, "replicasets", True),
    "role": (_RBAC, "roles", True),
    "rolebinding": (_RBAC, "rolebindings", True),
    "secret": (_CORE, "secrets", True),
    "service": (_CORE, "services", True),
    "serviceaccount": (_CORE, "serviceaccounts", True),
    "statefulset": (_APPS, "statefulsets", True),
    "storageclass": ("/apis/storage.k8s.io/v1", "storageclasses", False),
}
"""Group, plural, and whether it has a namespace, by the kind as a path names it (v2.2.0, api/types.go)."""

DELETED = {"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Foreground"}


def read(api: ClusterApi, request: Request, values: Mapping[str, str]) -> Reply:
    """Answer with an object as the API has it; raise ApiError."""
    return Reply.of_json(api.get(path_of(values)))


def save(api: ClusterApi, request: Request, values: Mapping[str, str]) -> Reply:
    """Write an object as a whole; raise ApiError."""
    api.replace(path_of(values), body_of(request))
    return Reply(201, b"")


def delete(api: ClusterApi, request: Request, values: Mapping[str, str]) -> Reply:
    """Delete an object and what it owns; raise ApiError."""
    api.send("DELETE", path_of(values), json.dumps(DELETED).encode()).parsed()
    return Reply(200, b"")


def scale(api: ClusterApi, request: Request, values: Mapping[str, str]) -> Reply:
    """Set the number of replicas by the subresource, which leaves no manager; raise ApiError."""
    path = f"{path_of(values)}/scale"
    found = api.get(path)
    found["spec"] = {**found.get("spec", {}), "replicas": _number(request.query.get("scaleBy", ""))}
    return _counts(api.replace(path, found))


def replicas(api: ClusterApi, request: Request, values: Mapping[str, str]) -> Reply:
    """Answer with how many replicas there should be and are; raise ApiError."""
    return _counts(api.get(f"{path_of(values)}/scale"))


def path_of(values: Mapping[str, str]) -> str:
    """Return the API's path of the object that a path of ours names; raise BadBody."""
    kind, name = values["kind"], quote(values["name"], safe="")
    if kind not in PLACES:
        raise BadBody(f"Unknown resource kind: {kind}")
    group, plural, is_namespaced = PLACES[kind]
    if is_namespaced and "namespace" not in values:
        raise BadBody(f"Set no namespace for namespaced resource kind: {kind}")
    if not is_namespaced and "namespace" in values:
        raise BadBody(f"Set namespace for not-namespaced resource kind: {kind}")
    if not is_namespaced:
        return f"{group}/{plural}/{name}"
    return f"{group}/namespaces/{quote(values['namespace'], safe='')}/{plural}/{name}"


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise BadBody(f'strconv.ParseInt: parsing "{text}": invalid syntax') from error


def _counts(found: Json) -> Reply:
    wanted, there = found.get("spec", {}).get("replicas", 0), found.get("status", {}).get("replicas", 0)
    return Reply.of_json({"desiredReplicas": wanted, "actualReplicas": there})
