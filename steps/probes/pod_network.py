"""The pod network as Calico keeps it."""

from labproof.ground.untrusted import reads_objects
from steps.cluster.api import Cluster, Json

_POOLS = "/apis/crd.projectcalico.org/v1/ippools"
_IN_ETCD = "Calico keeps its pools elsewhere than in the API"


@reads_objects
def pool_cidr(cluster: Cluster) -> str | None:
    """Return the address range of Calico's pool, None when there is no pool, or that no pools are kept here.

    It is the default one. Where that is gone, or was switched off, it is every other that gives out addresses, as
    whoever goes by migrate-pools.md has made one (calico v3.18.6 networking/migrate-pools.md).
    """
    pool = cluster.read(f"{_POOLS}/{{}}", "default-ipv4-ippool")
    if pool is not None and not pool.get("spec", {}).get("disabled"):
        return _ranges([pool])
    others = cluster.read(_POOLS)
    if pool is None and others is None:
        # calico-etcd.yaml brings none of the kinds in which calico.yaml keeps them (v3.17.3 manifests).
        return _IN_ETCD
    return _ranges([other for other in (others or {}).get("items", []) if not other["spec"].get("disabled")])


def _ranges(pools: list[Json]) -> str | None:
    cidrs = [str(pool.get("spec", {}).get("cidr") or "") for pool in pools]
    return ", ".join(sorted(cidr for cidr in cidrs if cidr and ":" not in cidr)) or None
