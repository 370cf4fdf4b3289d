"""Calico as the cluster runs it: its agents, its controllers, and the address that it took on each machine."""

import contextlib
import re
from dataclasses import replace

from labproof.ground.errors import TransportError
from labproof.ground.untrusted import reads_objects
from steps.cluster.api import Cluster
from steps.probes import workload
from steps.probes.workload import CALICO_OPERATORS, WorkloadState

AGENT, CONTROLLERS = "calico-node", "calico-kube-controllers"
_ADDRESS = "projectcalico.org/IPv4Address"
_IMAGE, _LATER_THAN_OURS = re.compile(r"calico[/-]node:v?(\d+)\.(\d+)"), (3, 22)
"""The first release that is not made for Kubernetes 1.20 (projectcalico/calico v3.21 and v3.22 requirements.md)."""
_OTHERS = (
    *("canal", "kube-flannel", "weave-net", "cilium", "kube-router", "antrea-agent"),
    *("kube-ovn", "ovn-kube", "romana-agent", "contiv", "kindnet"),
)
"""How the DaemonSets of other network plugins begin."""


def agents(cluster: Cluster) -> WorkloadState:
    """Read Calico's DaemonSet, where calico.yaml or where the operator puts it, and what keeps it from running."""
    state = workload.daemon_set(cluster, "kube-system", AGENT)
    if not state.exists:
        state = workload.daemon_set(cluster, CALICO_OPERATORS, AGENT)
    if not state.exists:
        return replace(state, trouble=_other_plugin(cluster))
    if state.is_available:
        return state
    said = (state.trouble, _later_release(state.images), wrong_addresses(cluster))
    return replace(state, trouble="; ".join(filter(None, said)))


def controllers(cluster: Cluster) -> WorkloadState:
    """Read the Deployment of Calico's controllers, where calico.yaml or where the operator puts it."""
    state = workload.deployment(cluster, "kube-system", CONTROLLERS)
    return state if state.exists else workload.deployment(cluster, CALICO_OPERATORS, CONTROLLERS)


def _later_release(images: tuple[str, ...]) -> str:
    """Return that this Calico is of a later time than the course's Kubernetes, or nothing."""
    found = next((match for image in images if (match := _IMAGE.search(image))), None)
    major, minor = (int(found[1]), int(found[2])) if found else (0, 0)
    if (major, minor) < _LATER_THAN_OURS:
        return ""
    return f"calico/node:v{major}.{minor} is made for a later Kubernetes than 1.20"


def wrong_addresses(cluster: Cluster) -> str:
    """Return which addresses Calico took that are not the nodes' own, or nothing.

    It explains what was found elsewhere, so it never fails.
    """
    with contextlib.suppress(TransportError):
        return _wrong_addresses(cluster)
    return ""


@reads_objects
def addresses(cluster: Cluster) -> dict[str, str]:
    """Return the address that Calico took on each node where it has announced one."""
    return {name: took for name, took, _ in _announced(cluster)}


def _announced(cluster: Cluster) -> list[tuple[str, str, list[str]]]:
    found = []
    for node in (cluster.read("/api/v1/nodes") or {}).get("items", []):
        took = str(node["metadata"].get("annotations", {}).get(_ADDRESS, "")).partition("/")[0]
        own = [a["address"] for a in node.get("status", {}).get("addresses", []) if a["type"] == "InternalIP"]
        if took:
            found.append((str(node["metadata"]["name"]), took, own))
    return found


@reads_objects
def _wrong_addresses(cluster: Cluster) -> str:
    wrong: dict[str, list[str]] = {}
    for name, took, own in _announced(cluster):
        if took not in own:
            wrong.setdefault(took, []).append(name)
    return "; ".join(f"Calico took the address {took} on {' and '.join(names)}" for took, names in wrong.items())


@reads_objects
def _other_plugin(cluster: Cluster) -> str:
    sets = (cluster.read("/apis/apps/v1/daemonsets") or {}).get("items", [])
    names = [str(found["metadata"]["name"]) for found in sets]
    others = sorted(name for name in names if name.startswith(_OTHERS))
    return f"another network plugin runs instead: {', '.join(others)}" if others else ""
