"""The create-app form: from its fields to a Deployment and a Service."""

import re
import secrets
from typing import Any
from urllib.parse import quote

from standins.cluster_api import ApiError, ClusterApi, Json

# Without vowels, as Kubernetes itself makes random names: no words by chance.
ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
PROTOCOLS = ("TCP", "UDP")
REFERENCE = re.compile(
    r"(?:[a-zA-Z0-9.-]+(?::\d+)?/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
    r"(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?"
)


class BadForm(Exception):
    """Report a form that cannot be read."""


def create(api: ClusterApi, form: Json) -> None:
    """Create the Deployment, then the Service; raise BadForm or ApiError.

    As with the original, a Service that is refused leaves the Deployment behind.
    """
    try:
        home = quote(form["namespace"] or "", safe="")
        wanted = deployment(form)
        exposed = service(form) if form.get("portMappings") else None
    except (KeyError, TypeError, AttributeError) as error:
        raise BadForm(f"cannot read the form: {error!r}") from error
    if not home:
        raise BadForm("an empty namespace may not be set during creation")
    api.create(f"/apis/apps/v1/namespaces/{home}/deployments", wanted)
    if exposed is not None:
        api.create(f"/api/v1/namespaces/{home}/services", exposed)


def deployment(form: Json) -> Json:
    """Return the Deployment that a form asks for: the same labels in all three places."""
    labels = _labels(form)
    pod: Json = {"containers": [_container(form)]}
    if secret := form.get("imagePullSecret"):
        pod["imagePullSecrets"] = [{"name": secret}]
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": _metadata(form, labels),
        "spec": {
            "replicas": form.get("replicas", 1),
            "selector": {"matchLabels": labels},
            "template": {"metadata": _metadata(form, labels), "spec": pod},
        },
    }


def service(form: Json) -> Json:
    """Return the Service that a form asks for: LoadBalancer when external, else ClusterIP."""
    labels = _labels(form)
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _metadata(form, labels),
        "spec": {
            "type": "LoadBalancer" if form.get("isExternal") else "ClusterIP",
            "selector": labels,
            "ports": [_port(mapping) for mapping in form["portMappings"]],
        },
    }


def is_name_free(api: ClusterApi, name: str, namespace: str) -> bool:
    """Tell whether neither a Deployment nor a Service of that name exists; raise ApiError."""
    place = f"namespaces/{quote(namespace, safe='')}"
    for kind in (f"/apis/apps/v1/{place}/deployments", f"/api/v1/{place}/services"):
        try:
            api.get(f"{kind}/{quote(name, safe='')}")
        except ApiError as error:
            if error.status != 404:
                raise
        else:
            return False
    return True


def reference_problem(reference: Any) -> str:
    """Return why an image reference cannot be used, or nothing."""
    if isinstance(reference, str) and REFERENCE.fullmatch(reference):
        return ""
    return "invalid reference format"


def is_protocol_valid(protocol: Any, is_external: Any) -> bool:
    """Tell whether a port can have the protocol: an external Service cannot have UDP."""
    return protocol in PROTOCOLS and not (protocol == "UDP" and bool(is_external))


def _labels(form: Json) -> dict[str, str]:
    return {label["key"]: label["value"] for label in form.get("labels") or []}


def _metadata(form: Json, labels: dict[str, str]) -> Json:
    metadata: Json = {"name": form["name"], "labels": labels}
    if description := form.get("description"):
        metadata["annotations"] = {"description": description}
    return metadata


def _container(form: Json) -> Json:
    container: Json = {
        "name": form["name"],
        "image": form["containerImage"],
        "securityContext": {"privileged": bool(form.get("runAsPrivileged"))},
        "env": [{"name": found["name"], "value": found["value"]} for found in form.get("variables") or []],
    }
    needs = {"memory": form.get("memoryRequirement"), "cpu": form.get("cpuRequirement")}
    container["resources"] = {"requests": {name: need for name, need in needs.items() if need is not None}}
    if command := form.get("containerCommand"):
        container["command"] = [command]
    if arguments := form.get("containerCommandArgs"):
        container["args"] = [arguments]
    return container


def _port(mapping: Json) -> Json:
    port, target, protocol = mapping["port"], mapping["targetPort"], mapping["protocol"]
    suffix = "".join(secrets.choice(ALPHABET) for _ in range(5))
    return {
        "name": f"{protocol.lower()}-{port}-{target}-{suffix}",
        "port": port,
        "targetPort": target,
        "protocol": protocol,
    }
