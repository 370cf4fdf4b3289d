"""Handout 4.2: joining the node, its kubeconfig and its label."""

import shlex

from labproof.ground.advice import way_out
from labproof.ground.errors import ActionFailed
from labproof.lab.machine import Machine

_OVER_LEFTOVERS = (
    "`kubeadm reset -f` on the node and `kubectl delete node node` on master take an earlier attempt away;"
    " `labproof reset --to dashboard` goes back to before it"
)


def join(master: Machine, node: Machine) -> None:
    """Ask master for the join command and run it on the node; a node that is in the cluster gets its kubelet started.

    Raises ActionFailed with what to do where the node is left over from another attempt.
    """
    if _has_joined(master, node):
        node.act("systemctl start kubelet")
        return
    printed = master.tell("kubeadm token create --print-join-command").strip()
    words = shlex.split(printed)
    if words[:2] != ["kubeadm", "join"]:
        raise ActionFailed(f"on {master.name}: kubeadm printed no join command but: {printed[:200]}")
    with way_out(_OVER_LEFTOVERS):
        node.act(" ".join(["%s"] * len(words)), *words, timeout=360)


def _has_joined(master: Machine, node: Machine) -> bool:
    """Tell whether the node has joined some cluster, and master's knows it."""
    names = master.tell("kubectl get nodes --output name").split()
    return f"node/{node.name}" in names and node.tell("ls /etc/kubernetes").split().count("kubelet.conf") > 0


def send_kubeconfig(master: Machine, node: Machine) -> None:
    """Give root on the node the kubeconfig of master."""
    node.act("mkdir -p ~/.kube")
    master.act("scp -q ~/.kube/config %s:/root/.kube/", node.address)


def label(master: Machine, node: Machine) -> None:
    """Label the node as a worker."""
    master.act("kubectl label --overwrite node %s node-role.kubernetes.io/worker=worker", node.name)
