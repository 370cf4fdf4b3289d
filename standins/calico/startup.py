"""What Calico's agent does once, before all else: its address, conflicts, its name on the machine, the pool."""

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path

from standins.calico import pool
from standins.calico.detection import Detected, InvalidMethod, detect
from standins.calico.nodes import ADDRESS_ANNOTATION, ClusterNode
from standins.calico.routes import address_listing, source_to
from standins.cluster_api import ClusterApi

LOG = logging.getLogger(__name__)
FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")
METHOD = "IP_AUTODETECTION_METHOD"
INFORMATION = f"/apis/{pool.GROUP}/clusterinformations"


class StartupFailed(Exception):
    """Report that the agent gives up and ends, as Calico's does; its log says why."""


# node v3.17.3 pkg/startup/startup.go
CONFLICT, END = {"source": "startup/startup.go 1119"}, {"source": "startup/startup.go 1331"}


def take_address(environment: Mapping[str, str]) -> Detected:
    """Return the address that the method finds; raise StartupFailed or CommandFailed."""
    method = environment.get(METHOD, "")
    try:
        found = detect(method, address_listing(), source_to)
    except (InvalidMethod, ValueError) as error:
        LOG.error("%s", error)
        found = None
    if found is None:
        if method.startswith("interface="):
            text = "Unable to auto-detect an IPv4 address using interface regexes [%s]: no valid host interfaces found"
            LOG.warning(text, method.partition("=")[2].replace(",", " "))
        LOG.warning(
            "Couldn't autodetect an IPv4 address. If auto-detecting, choose a different autodetection method. "
            "Otherwise provide an explicit address.",
        )
        raise StartupFailed
    LOG.info("Using autodetected IPv4 address on interface %s: %s", found.interface, found.cidr)
    return found


def claim(api: ClusterApi, own: ClusterNode, others: Iterable[ClusterNode], found: Detected) -> None:
    """Announce the address on the Node; raise StartupFailed where another Node has announced the same one."""
    path = f"/api/v1/nodes/{own.name}"
    if own.announced == found.cidr:
        return
    LOG.info("Node IPv4 changed, will check for conflicts")
    for other in others:
        if other.announced.partition("/")[0] == found.address:
            text = "Calico node '%s' is already using the IPv4 address %s."
            LOG.warning(text, other.name, found.address, extra=CONFLICT)
            LOG.info('Clearing out-of-date IPv4 address from this node IP="%s"', found.cidr)
            api.merge(path, {"metadata": {"annotations": {ADDRESS_ANNOTATION: None}}})
            raise StartupFailed
    api.merge(path, {"metadata": {"annotations": {ADDRESS_ANNOTATION: found.cidr}}})


def leave_name(name: str, path: Path) -> None:
    """Write the Node's name where the CNI plugin looks for it; raise OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != name:
        path.write_text(name)


def forward_packets() -> None:
    """Have the kernel forward packets, as Felix does by itself (felix v3.18.4 int_dataplane.go:1610)."""
    try:
        FORWARDING.write_text("1")
    except OSError as error:
        LOG.warning("unable to set IPv4 forwarding: %s", error)


def describe_cluster(api: ClusterApi) -> None:
    """Create what the CNI plugin asks for first: the ClusterInformation."""
    content = {
        "apiVersion": pool.GROUP,
        "kind": "ClusterInformation",
        "metadata": {"name": "default", "annotations": pool.NOTICE},
        "spec": {"calicoVersion": "stand-in", "clusterType": "k8s,bgp,kubeadm,kdd", "datastoreReady": True},
    }
    pool.create_once(api, INFORMATION, content)


def terminate() -> None:
    """Say that the agent gives up."""
    LOG.warning("Terminating", extra=END)
