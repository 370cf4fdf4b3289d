"""Creating from input or from a file: every object of a YAML text, with the labels that it has there."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import yaml

from standins.cluster_api import ClusterApi, Json
from standins.dashboard.bodies import BadBody

ALL = "_all"
"""The namespace that leaves each object in its own."""


def create(api: ClusterApi, asked: Json) -> Json:
    """Create the objects of a text one after the other and return the answer; raise BadBody, ApiError.

    As with the original, what was created before an error stays.
    """
    name, content = asked.get("name"), asked.get("content")
    for item in _objects(content):
        api.create(_path(api, item, str(asked.get("namespace") or "")), item)
    return {"name": name or "", "content": content or "", "error": ""}


def _objects(content: Any) -> Iterator[Json]:
    try:
        for item in yaml.safe_load_all(content or ""):
            if not isinstance(item, dict):
                raise BadBody("error unmarshaling JSON: json: cannot unmarshal into Go value of type unstructured")
            yield item
    except (yaml.YAMLError, AttributeError) as error:
        raise BadBody(f"error converting YAML to JSON: yaml: {' '.join(str(error).split())}") from error


def _path(api: ClusterApi, item: Json, namespace: str) -> str:
    version, kind = str(item.get("apiVersion") or ""), str(item.get("kind") or "")
    group = f"/apis/{version}" if "/" in version else f"/api/{version}"
    known = [found for found in api.get(group).get("resources") or [] if found["kind"] == kind]
    main = next((found for found in known if "/" not in found["name"]), None)
    if main is None:
        raise BadBody(f"Unknown resource kind: {kind}")
    if not main["namespaced"]:
        return f"{group}/{main['name']}"
    home = (item.get("metadata") or {}).get("namespace") if namespace == ALL else namespace
    return f"{group}/namespaces/{quote(str(home or 'default'), safe='')}/{main['name']}"
