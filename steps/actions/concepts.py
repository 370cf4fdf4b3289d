"""Handout 1: doing to a finished cluster what shows that the opening claims are true."""

from dataclasses import dataclass, field

from labproof.lab.machine import Machine
from steps.course.facts import Course

POD = "myweb"
_MANIFEST = """cat > /root/myweb.yaml << 'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: myweb
  labels:
    name: myweb
spec:
  nodeName: {node}
  terminationGracePeriodSeconds: 0
  containers:
  - name: myweb
    image: {image}
    ports:
    - containerPort: 8080
    env:
    - name: MYSQL_SERVICE_HOST
      value: 'mysql'
    - name: MYSQL_SERVICE_PORT
      value: '3306'
EOF
kubectl apply -f /root/myweb.yaml && kubectl wait --for=condition=Ready pod/myweb --timeout=60s"""


@dataclass
class Remembered:
    """What was there before something was taken away, by name."""

    before: dict[str, str] = field(default_factory=dict)


def create_pod(master: Machine, node: Machine, course: Course) -> None:
    """Create the handout's Pod from its manifest, with an image that the bundle has."""
    master.act(_MANIFEST.format(node=node.name, image=course.profile.nginx_image), timeout=90)


def kill_container(master: Machine, node: Machine, remembered: Remembered) -> None:
    """Kill the Pod's container behind the cluster's back."""
    remembered.before[POD] = _uid(master, POD, "default")
    node.act("docker kill $(docker ps --quiet --filter label=io.kubernetes.container.name=myweb)")


def delete_pods(master: Machine, remembered: Remembered) -> None:
    """Delete the bare Pod and one Pod of the Deployment nginx."""
    name = master.tell("kubectl get pods -l k8s-app=nginx -o jsonpath='{.items[0].metadata.name}'").strip()
    remembered.before["nginx"] = _uid(master, name, "default")
    master.act("kubectl delete pod %s %s --wait=true", POD, name, timeout=90)


def delete_static_pod(master: Machine, remembered: Remembered) -> None:
    """Delete the scheduler's Pod through the API."""
    name = f"kube-scheduler-{master.name}"
    remembered.before["scheduler"] = _uid(master, name, "kube-system")
    master.act("kubectl -n kube-system delete pod %s --wait=false", name)


def _uid(master: Machine, name: str, namespace: str) -> str:
    return master.tell("kubectl -n %s get pod %s -o jsonpath='{.metadata.uid}'", namespace, name).strip()
