"""The control plane: its static Pods, its health and what kubeadm was told."""

import re
from dataclasses import dataclass
from typing import Any

from labproof.ground.untrusted import read_yaml, reads_objects
from labproof.lab.machine import Machine
from steps.cluster.api import Cluster, Json
from steps.probes import kubelet_flags
from steps.probes.workload import waiting

COMPONENTS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")
_DRIVER = re.compile(r"(?<!\S)--?cgroup-driver[= ](\S+)")
_ADVERTISED = "kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint"


@reads_objects
def static_pods(cluster: Cluster, node: str) -> dict[str, str]:
    """Return the state of each control-plane Pod that master's kubelet itself runs from a file."""
    found = cluster.read("/api/v1/namespaces/{}/pods", "kube-system", labelSelector="tier=control-plane")
    pods = {pod["metadata"]["name"]: pod for pod in (found or {}).get("items", [])}
    return {name: _state(pods.get(f"{name}-{node}")) for name in COMPONENTS}


def _state(pod: Json | None) -> str:
    if pod is None:
        return "absent"
    if pod["metadata"].get("annotations", {}).get("kubernetes.io/config.source") != "file":
        return "not a static Pod"
    status = pod.get("status", {})
    containers = status.get("containerStatuses") or []
    # Not its Ready condition: kubelet 1.20 may take a minute to report that of a static Pod.
    if status.get("phase") == "Running" and containers and all("running" in c.get("state", {}) for c in containers):
        return "running"
    return "; ".join(waiting(pod)) or f"{status.get('phase', 'unknown')}, not running"


def health(cluster: Cluster) -> str:
    """Return what the API says of its own readiness."""
    says = cluster.text("/readyz")
    cluster.was_healthy = cluster.was_healthy or says == "ok"
    return says


@reads_objects
def advertised(cluster: Cluster, node: str) -> str | None:
    """Return the address and port that the API server advertises."""
    pod = cluster.read("/api/v1/namespaces/{}/pods/{}", "kube-system", f"kube-apiserver-{node}")
    annotations = (pod or {}).get("metadata", {}).get("annotations", {})
    value = annotations.get(_ADVERTISED)
    return str(value) if value else None


@dataclass(frozen=True)
class InitSettings:
    """What kubeadm init was told, as it stored it in the cluster."""

    version: str | None = None
    image_repository: str | None = None
    service_cidr: str | None = None
    pod_cidr: str | None = None


@reads_objects
def init_settings(cluster: Cluster) -> InitSettings:
    """Read kubeadm's own record of its settings."""
    config = cluster.read("/api/v1/namespaces/{}/configmaps/{}", "kube-system", "kubeadm-config")
    return parse_settings(str(((config or {}).get("data") or {}).get("ClusterConfiguration", "")))


def parse_settings(text: str) -> InitSettings:
    """Return what a ClusterConfiguration says."""
    data = _mapping(text)
    networking = data.get("networking")
    networking = networking if isinstance(networking, dict) else {}
    return InitSettings(
        version=_text(data, "kubernetesVersion"),
        image_repository=_text(data, "imageRepository"),
        service_cidr=_text(networking, "serviceSubnet"),
        pod_cidr=_text(networking, "podSubnet"),
    )


def kubelet_cgroup_driver(machine: Machine) -> str | None:
    """Return the cgroup driver that the kubelet uses: its flags count before its file, the last flag most."""
    if drivers := _DRIVER.findall(" ".join(kubelet_flags.read(machine))):
        return str(drivers[-1])
    text = machine.read("/var/lib/kubelet/config.yaml")
    # A kubelet that is told nothing uses cgroupfs: KubeletConfiguration v1beta1 of Kubernetes 1.20.
    return None if text is None else str(_mapping(text).get("cgroupDriver") or "cgroupfs")


def _text(data: dict[str, Any], key: str) -> str | None:
    value = data.get(key)
    return None if value is None else str(value)


def _mapping(text: str) -> dict[str, Any]:
    try:
        return read_yaml(text)
    except ValueError:
        return {}
