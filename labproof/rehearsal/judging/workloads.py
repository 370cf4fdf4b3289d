"""Reads from a manifest which images its Pods ask for, and whatever else decides whether it works offline."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labproof.ground.errors import BundleError
from labproof.ground.untrusted import read_yaml_documents

_MOST_BYTES = 1024**2
_CONTAINERS = ("initContainers", "containers")


@dataclass(frozen=True)
class Container:
    """A container of a manifest, with what it is asked to run and how."""

    owner: str
    name: str
    image: str
    policy: str | None
    environment: dict[str, str]


@dataclass(frozen=True)
class ManifestFile:
    """A manifest: its text, its objects and the containers of its Pods."""

    name: str
    lines: tuple[str, ...]
    """As sed counts them: other signs that end a line in Python end none there."""

    objects: tuple[dict[str, Any], ...]
    containers: tuple[Container, ...]


def read(path: Path) -> ManifestFile:
    """Return a manifest. Raises BundleError, in words for "found", for what is none."""
    try:
        with path.open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise BundleError(f"more than {_MOST_BYTES // 1024**2} MiB, which no manifest has")
        text = data.decode("utf-8-sig")
        documents = read_yaml_documents(text)
    except OSError as problem:
        raise BundleError(f"it cannot be read: {problem.strerror or problem}") from problem
    except ValueError as problem:
        raise BundleError(f"no manifest ({problem})") from problem
    objects = tuple(found for document in documents for found in _objects(document))
    if not objects:
        raise BundleError("no object of Kubernetes in it")
    containers = tuple(c for found in objects for c in _containers(found))
    return ManifestFile(path.name, tuple(text.split("\n")), objects, containers)


def mapping(value: Any, *keys: str) -> dict[str, Any]:
    """Return the mapping at the end of these keys, and an empty one where there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def listed(value: Any) -> list[dict[str, Any]]:
    """Return the mappings of a list, and none of anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _objects(document: Any) -> list[dict[str, Any]]:
    if not isinstance(document, dict):
        return []
    if document.get("kind") == "List":
        return listed(document.get("items"))
    return [document] if document.get("kind") else []


def _containers(found: dict[str, Any]) -> Iterator[Container]:
    owner = f"{found.get('kind')} {mapping(found, 'metadata').get('name')}"
    for place in ((), ("template",), ("jobTemplate", "spec", "template")):
        keys = ("spec", *place, "spec") if place else ("spec",)
        pod = mapping(found, *keys)
        for kind in _CONTAINERS:
            yield from (_container(owner, item) for item in listed(pod.get(kind)) if item.get("image"))


def _container(owner: str, item: dict[str, Any]) -> Container:
    policy = item.get("imagePullPolicy")
    variables = {str(v.get("name")): str(v.get("value", "")) for v in listed(item.get("env"))}
    return Container(owner, str(item.get("name")), str(item["image"]), str(policy) if policy else None, variables)
