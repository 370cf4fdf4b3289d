"""The address pool and the Nodes' shares of it, as objects of the API under Calico's names."""

import os
from collections.abc import Mapping
from ipaddress import IPv4Network

import yaml

from standins.cluster_api import ApiError, ClusterApi, Json

GROUP = "crd.projectcalico.org/v1"
POOLS = f"/apis/{GROUP}/ippools"
SHARES = f"/apis/{GROUP}/blockaffinities"
POOL_NAME = "default-ipv4-ippool"
KUBEADM = "/api/v1/namespaces/kube-system/configmaps/kubeadm-config"
NOTICE = {"labproof.stand-in": "made for rehearsals; ranges are routed without tunnels"}


# Where nobody names a range, the first of these that the machine itself is not in
# (node v3.17.3 pkg/startup/startup.go and poolselector.go:28-75).
DEFAULTS = ("192.168.0.0/16", *(f"172.{number}.0.0/16" for number in range(16, 32)))


def pool_cidr(api: ClusterApi, own_cidr: str, environment: Mapping[str, str] = os.environ) -> str:
    """Return CALICO_IPV4POOL_CIDR, or else kubeadm's Pod subnet, or else a default range; raise ApiError.

    `own_cidr` is the machine's address with its prefix length.
    """
    if chosen := environment.get("CALICO_IPV4POOL_CIDR"):
        return chosen
    if subnet := _pod_subnet(api):
        return subnet.split(",")[0]
    own = IPv4Network(own_cidr, strict=False)
    return next(cidr for cidr in DEFAULTS if not IPv4Network(cidr).overlaps(own))


def _pod_subnet(api: ClusterApi) -> str:
    try:
        written = api.get(KUBEADM).get("data", {}).get("ClusterConfiguration", "")
    except ApiError as error:
        if error.status != 404:
            raise
        return ""
    networking = (yaml.safe_load(written) or {}).get("networking") or {}
    return str(networking.get("podSubnet") or "")


def ensure_pool(api: ClusterApi, own_cidr: str) -> str:
    """Create the default pool where there is none; return its range; raise ApiError or ApiUnreachable."""
    try:
        return str(api.get(f"{POOLS}/{POOL_NAME}")["spec"]["cidr"])
    except ApiError as error:
        if error.status != 404:
            raise
    cidr = pool_cidr(api, own_cidr)
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
