"""The address pool and the Nodes' shares of it, as objects of the API under Calico's names."""

import os
from collections.abc import Mapping

import yaml

from standins.cluster_api import ApiError, ClusterApi, Json

GROUP = "crd.projectcalico.org/v1"
POOLS = f"/apis/{GROUP}/ippools"
SHARES = f"/apis/{GROUP}/blockaffinities"
POOL_NAME = "default-ipv4-ippool"
KUBEADM = "/api/v1/namespaces/kube-system/configmaps/kubeadm-config"
NOTICE = {"labproof.stand-in": "made for rehearsals; addresses come from each Node's podCIDR, routed without tunnels"}


def pool_cidr(api: ClusterApi, environment: Mapping[str, str] = os.environ) -> str:
    """Return CALICO_IPV4POOL_CIDR, or else the Pod subnet that kubeadm was given; raise ApiError."""
    if chosen := environment.get("CALICO_IPV4POOL_CIDR"):
        return chosen
    written = api.get(KUBEADM).get("data", {}).get("ClusterConfiguration", "")
    networking = (yaml.safe_load(written) or {}).get("networking") or {}
    if not (subnet := networking.get("podSubnet")):
        raise ApiError(404, "expected podSubnet in ConfigMap kube-system/kubeadm-config, found none")
    return str(subnet).split(",")[0]


def ensure_pool(api: ClusterApi) -> str:
    """Create the default pool where there is none; return its range; raise ApiError or ApiUnreachable."""
    try:
        return str(api.get(f"{POOLS}/{POOL_NAME}")["spec"]["cidr"])
    except ApiError as error:
        if error.status != 404:
            raise
    cidr = pool_cidr(api)
    create_once(api, POOLS, pool(cidr))
    return cidr


def pool(cidr: str) -> Json:
    """Return the default pool for a range."""
    return {
        "apiVersion": GROUP,
        "kind": "IPPool",
        "metadata": {"name": POOL_NAME, "annotations": NOTICE},
        "spec": {
            "cidr": cidr,
            "blockSize": 26,
            "ipipMode": "Never",
            "vxlanMode": "Never",
            "natOutgoing": True,
            "nodeSelector": "all()",
        },
    }


def share(node: str, cidr: str) -> Json:
    """Return the record that a range of the pool is a Node's."""
    return {
        "apiVersion": GROUP,
        "kind": "BlockAffinity",
        "metadata": {"name": f"{node}-{cidr.replace('.', '-').replace('/', '-')}", "annotations": NOTICE},
        "spec": {"cidr": cidr, "node": node, "state": "confirmed", "deleted": "false"},
    }


def create_once(api: ClusterApi, path: str, content: Json) -> None:
    """Create an object; that it is there already is fine."""
    try:
        api.create(path, content)
    except ApiError as error:
        if error.status != 409:
            raise
