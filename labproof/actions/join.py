"""Handout 4.2: joining the node, its kubeconfig and its label."""

import shlex

from labproof.errors import ActionFailed
from labproof.machine import Machine


def join(master: Machine, node: Machine) -> None:
    """Ask master for the join command and run it on the node."""
    printed = master.tell("kubeadm token create --print-join-command").strip()
    words = shlex.split(printed)
    if words[:2] != ["kubeadm", "join"]:
        raise ActionFailed(f"on {master.name}: kubeadm printed no join command but: {printed[:200]}")
    node.act(" ".join(["%s"] * len(words)), *words, timeout=360)


def send_kubeconfig(master: Machine, node: Machine) -> None:
    """Give root on the node the kubeconfig of master."""
    node.act("mkdir -p ~/.kube")
    master.act("scp -q ~/.kube/config %s:/root/.kube/", node.address)


def label(master: Machine, node: Machine) -> None:
    """Label the node as a worker."""
    master.act("kubectl label --overwrite node %s node-role.kubernetes.io/worker=worker", node.name)
