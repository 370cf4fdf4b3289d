"""The cluster's DNS: what tells apart the many ways in which a name is not found."""

import contextlib
from dataclasses import dataclass

from labproof.ground.errors import TransportError
from labproof.ground.untrusted import reads_objects
from steps.cluster.api import Cluster, Json
from steps.probes import workload

NAMESPACE, SERVICE, DEPLOYMENT = "kube-system", "kube-dns", "coredns"
ZONE = "cluster.local"


@dataclass(frozen=True)
class Resolved:
    """The address that a Pod found for a name, or what it saw instead; `is_final` tells that waiting is in vain."""

    address: str = ""
    says: str = ""
    is_final: bool = False

    def __str__(self) -> str:
        return self.address or self.says


@dataclass(frozen=True)
class DnsState:
    """The Service of the cluster's DNS, who is behind it, and why nobody is."""

    address: str = ""
    behind: tuple[str, ...] = ()
    problem: str = ""
    is_final: bool = False

    def why(self, nameserver: str) -> str:
        """Return why a Pod that asks this name server gets no answer."""
        if self.problem:
            return self.problem
        if nameserver and self.address and nameserver != self.address:
            return f"the Pod asks the name server {nameserver}, but {SERVICE} has the address {self.address}"
        if not self.behind:
            return ""
        return f"CoreDNS is ready at {', '.join(self.behind)}, but nothing comes back from udp port 53"


def read(cluster: Cluster) -> DnsState:
    """Read the Service and its Endpoints and, where those are empty, what became of CoreDNS.

    It explains what was found elsewhere, so it never fails.
    """
    with contextlib.suppress(TransportError):
        return _read(cluster)
    return DnsState()


@reads_objects
def _read(cluster: Cluster) -> DnsState:
    service = cluster.read("/api/v1/namespaces/{}/services/{}", NAMESPACE, SERVICE)
    if service is None:
        return DnsState(problem=f"there is no Service {SERVICE} in {NAMESPACE}", is_final=True)
    address = str(service["spec"].get("clusterIP", ""))
    endpoints = cluster.read("/api/v1/namespaces/{}/endpoints/{}", NAMESPACE, SERVICE) or {}
    behind = [str(a["ip"]) for subset in endpoints.get("subsets") or [] for a in subset.get("addresses") or []]
    if behind:
        return DnsState(address, tuple(sorted(behind)), _unserved(cluster))
    problem, is_final = _nobody(cluster, service)
    return DnsState(address, (), problem, is_final)


def _unserved(cluster: Cluster) -> str:
    """Return that a CoreDNS that is ready was told nothing of the cluster's names, or nothing.

    It reads its Corefile anew within a minute (plugin/reload), and is ready without the plugin kubernetes, too.
    """
    # A recording of before this was asked has no answer, and where there is none nothing is said.
    with contextlib.suppress(TransportError):
        found = cluster.read("/api/v1/namespaces/{}/configmaps/{}", NAMESPACE, DEPLOYMENT) or {}
        corefile = (found.get("data") or {}).get("Corefile")
        if isinstance(corefile, str) and not serves(corefile):
            return f"the Corefile has nothing that answers for {ZONE}"
    return ""


def serves(corefile: str) -> bool:
    """Tell whether a Corefile has the plugin kubernetes for the cluster's zone, or reads on in another file."""
    lines = [line.partition("#")[0].replace("{", " { ").split() for line in corefile.split("\n")]
    if any(words[:1] == ["import"] for words in lines):
        return True
    zones = [words[1:] for words in lines if words[:1] == ["kubernetes"]]
    return any(not _names(said) or any(f".{ZONE}".endswith(f".{zone}") for zone in _names(said)) for said in zones)


def _names(words: list[str]) -> list[str]:
    """Return the zones that are named before a block, the root as no name at all."""
    named = words[: words.index("{")] if "{" in words else words
    return [] if "." in named else [word.rstrip(".") for word in named]


def _nobody(cluster: Cluster, service: Json) -> tuple[str, bool]:
    """Return why nobody is behind the Service, and whether only somebody's work will change that."""
    found = cluster.read("/apis/apps/v1/namespaces/{}/deployments/{}", NAMESPACE, DEPLOYMENT)
    if found is None:
        return f"there is no Deployment {DEPLOYMENT} in {NAMESPACE}", True
    if found["spec"].get("replicas", 1) == 0:
        return f"{DEPLOYMENT} was scaled to 0 Pods", True
    labels = found["spec"]["template"]["metadata"]["labels"]
    selector = service["spec"].get("selector") or {}
    if not selector.items() <= labels.items():
        return f"the Service {SERVICE} selects other Pods than those of {DEPLOYMENT}", True
    wanted = ",".join(f"{key}={value}" for key, value in labels.items())
    pods = (cluster.read("/api/v1/namespaces/{}/pods", NAMESPACE, labelSelector=wanted) or {}).get("items", [])
    trouble = workload.trouble(cluster, NAMESPACE, pods) or ("it has no Pods" if not pods else "they are not ready")
    return f"no Pod of {DEPLOYMENT} is ready: {trouble}", False


def nameserver(resolv_conf: str) -> str:
    """Return the first name server of a resolv.conf(5), empty when it names none."""
    lines = (line.split() for line in resolv_conf.splitlines())
    return next((words[1] for words in lines if len(words) > 1 and words[0] == "nameserver"), "")
