"""Whether a Pod reaches the API, tried in that very Pod's network from the machine that it runs on."""

from ipaddress import ip_address

from labproof.ground.untrusted import reads_objects
from labproof.lab.machine import Lab
from steps.cluster.api import Cluster

REACHED = "reached"
_SILENT = 124
"""The exit status of `timeout` when the time was over."""
# The pause container holds the Pod's network: the Pod's own image may have no program that could ask.
_TRY = (
    "id=$(docker ps --quiet --filter label=io.kubernetes.container.name=POD --filter label=io.kubernetes.pod.name=%s)"
    " && pid=$(docker inspect --format '{{.State.Pid}}' $id)"
    " && nsenter --target $pid --net timeout 3 bash -c %s"
)


@reads_objects
def read(cluster: Cluster, lab: Lab, namespace: str, deployment: str) -> dict[str, str]:
    """Return what each Pod of a Deployment meets when it connects to the API, by the Pod's name."""
    service = cluster.read("/api/v1/namespaces/default/services/kubernetes")
    owner = cluster.read("/apis/apps/v1/namespaces/{}/deployments/{}", namespace, deployment)
    if service is None or owner is None:
        return {}
    address = str(ip_address(service["spec"]["clusterIP"]))
    selector = ",".join(f"{k}={v}" for k, v in owner["spec"]["selector"]["matchLabels"].items())
    found = cluster.read("/api/v1/namespaces/{}/pods", namespace, labelSelector=selector) or {}
    pods = {str(pod["metadata"]["name"]): str(pod["spec"].get("nodeName", "")) for pod in found.get("items", [])}
    return {name: _tried(lab, node, name, address) for name, node in pods.items() if node in lab.machines}


def _tried(lab: Lab, node: str, pod: str, address: str) -> str:
    result = lab[node].ask(_TRY, pod, f"exec 3<>/dev/tcp/{address}/443", timeout=10, is_fact=False)
    if result.is_success:
        return REACHED
    if result.status == _SILENT:
        return f"nothing came back from {address} within 3 s"
    return (result.error.strip().splitlines() or ["it could not be tried"])[-1][-200:]
