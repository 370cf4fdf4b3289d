"""The pod network as Calico keeps it."""

from labproof.ground.untrusted import reads_objects
from steps.cluster.api import Cluster

_POOLS = "/apis/crd.projectcalico.org/v1/ippools"
_IN_ETCD = "Calico keeps its pools elsewhere than in the API"


@reads_objects
def pool_cidr(cluster: Cluster) -> str | None:
    """Return the address range of Calico's default pool, None when there is no pool, or that no pools are kept here."""
    pool = cluster.read(f"{_POOLS}/{{}}", "default-ipv4-ippool")
    if pool is None and cluster.read(_POOLS) is None:
        # calico-etcd.yaml brings none of the kinds in which calico.yaml keeps them (v3.17.3 manifests).
        return _IN_ETCD
    cidr = (pool or {}).get("spec", {}).get("cidr")
    return str(cidr) if cidr else None
