"""Single Pods as the API sees them."""

from dataclasses import dataclass

from labproof.ground.untrusted import reads_objects
from steps.cluster.api import Cluster, Json


@dataclass(frozen=True)
class PodState:
    """One Pod: who it is, whether it is ready, how often its containers were started again."""

    name: str
    uid: str = ""
    is_ready: bool = False
    restarts: int = 0
    labels: frozenset[tuple[str, str]] = frozenset()
    environment: frozenset[tuple[str, str]] = frozenset()

    def __str__(self) -> str:
        if not self.uid:
            return f"there is no Pod {self.name}"
        ready = "ready" if self.is_ready else "not ready"
        return f"{self.name} ({self.uid}) is {ready}, its containers were started again {self.restarts} times"


@reads_objects
def read(cluster: Cluster, namespace: str, name: str) -> PodState:
    """Read one Pod."""
    found = cluster.read("/api/v1/namespaces/{}/pods/{}", namespace, name)
    return PodState(name) if found is None else parse(found)


@reads_objects
def labelled(cluster: Cluster, namespace: str, selector: str) -> list[PodState]:
    """Read every Pod with a label."""
    found = cluster.read("/api/v1/namespaces/{}/pods", namespace, labelSelector=selector) or {}
    return [parse(pod) for pod in found.get("items", [])]


def parse(pod: Json) -> PodState:
    """Return what the API says of one Pod."""
    status = pod.get("status", {})
    variables = pod.get("spec", {}).get("containers", [{}])[0].get("env") or []
    return PodState(
        name=str(pod["metadata"]["name"]),
        uid=str(pod["metadata"].get("uid", "")),
        is_ready=any(c["type"] == "Ready" and c["status"] == "True" for c in status.get("conditions", [])),
        restarts=sum(int(c.get("restartCount", 0)) for c in status.get("containerStatuses", [])),
        labels=frozenset((key, str(value)) for key, value in (pod["metadata"].get("labels") or {}).items()),
        environment=frozenset((str(v["name"]), str(v.get("value", ""))) for v in variables),
    )
