"""The pod network as Calico keeps it."""

from labproof.ground.untrusted import reads_objects
from steps.cluster.api import Cluster


@reads_objects
def pool_cidr(cluster: Cluster) -> str | None:
    """Return the address range of Calico's default pool, None when there is no pool."""
    pool = cluster.read("/apis/crd.projectcalico.org/v1/ippools/{}", "default-ipv4-ippool")
    cidr = (pool or {}).get("spec", {}).get("cidr")
    return str(cidr) if cidr else None
