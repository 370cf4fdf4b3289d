"""Handout 3, 4.1 and 5: editing manifests and applying them."""

from labproof.machine import Machine

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
    """Apply a manifest that lies in /root."""
    master.act("kubectl apply -f %s", f"/root/{name}", timeout=60)


def open_dashboard_port(master: Machine, port: int) -> None:
    """Insert the handout's two lines under line 42 of recommended.yaml, unless they are there."""
    master.act(
        "grep -q '^  type: NodePort' /root/recommended.yaml || sed -i %s /root/recommended.yaml",
        f"42a\\      nodePort: {port}\\n  type: NodePort",
    )


def add_dashboard_admin(master: Machine) -> None:
    """Append the account dashboard-admin and its binding, unless they are there."""
    master.act(f"grep -q dashboard-admin /root/recommended.yaml && exit 0\n{_ADMIN}")


def edit_kuboard(master: Machine) -> None:
    """Have Kuboard run on master, from the image that was loaded there."""
    master.act(
        "sed -i -e 's/imagePullPolicy: Always/imagePullPolicy: IfNotPresent/'"
        f" -e 's/nodeName: your-node-name/nodeName: {master.name}/' /root/kuboard.yaml"
    )
