"""Handout 3, 4.1 and 5: editing manifests and applying them."""

from labproof.ground.advice import way_out
from labproof.lab.machine import Machine

_ADMIN = """cat >> /root/recommended.yaml << 'EOF'
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: dashboard-admin
  namespace: kubernetes-dashboard
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: dashboard-admin
subjects:
- kind: ServiceAccount
  name: dashboard-admin
  namespace: kubernetes-dashboard
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: cluster-admin
EOF"""


def apply(master: Machine, name: str) -> None:
    """Apply a manifest that lies in /root. What cannot be changed any more is named with how to take it away."""
    with way_out(f"what it calls immutable, or already allocated, has to go first: kubectl delete -f /root/{name}"):
        master.act("kubectl apply -f %s", f"/root/{name}", timeout=60)


def open_dashboard_port(master: Machine, port: int) -> None:
    """Insert the handout's two lines under line 42 of recommended.yaml; where they are, correct the port."""
    master.act(
        "if grep -q '^  type: NodePort' /root/recommended.yaml; then sed -i %s /root/recommended.yaml;"
        " else sed -i %s /root/recommended.yaml; fi",
        f"s/^\\( *nodePort:\\).*/\\1 {port}/",
        f"42a\\      nodePort: {port}\\n  type: NodePort",
    )


def add_dashboard_admin(master: Machine) -> None:
    """Append the account dashboard-admin and its binding, unless both are there; one of them twice does no harm."""
    master.act(
        "grep -q dashboard-admin /root/recommended.yaml && grep -q 'name: cluster-admin' /root/recommended.yaml"
        f" && exit 0\n{_ADMIN}"
    )


def edit_kuboard(master: Machine) -> None:
    """Have Kuboard run on master, from the image that was loaded there."""
    master.act(
        "sed -i -e 's/imagePullPolicy: Always/imagePullPolicy: IfNotPresent/'"
        f" -e 's/nodeName: .*/nodeName: {master.name}/' /root/kuboard.yaml"
    )
