"""Handout 2.7: kubeadm init and root's kubeconfig."""

from labproof.ground.advice import way_out
from labproof.lab.machine import Machine
from steps.course.facts import Course

_OVER_LEFTOVERS = (
    "correct what it names; where an earlier init has left something, `kubeadm reset -f` on master takes that cluster"
    " away with all that is in it, and `labproof reset --to docker` goes back to before it"
)


def init(master: Machine, course: Course) -> None:
    """Make master a control plane. A cluster that is there is never taken away: the error says how to do that."""
    with way_out(_OVER_LEFTOVERS):
        master.act(
            "kubeadm init --kubernetes-version=%s --apiserver-advertise-address=%s --image-repository %s"
            " --service-cidr=%s --pod-network-cidr=%s",
            course.kubernetes,
            master.address,
            course.cluster.image_repository,
            course.cluster.service_cidr,
            course.cluster.pod_cidr,
            timeout=420,
        )


def copy_kubeconfig(master: Machine) -> None:
    """Give root the administrator's kubeconfig."""
    master.act(
        "mkdir -p $HOME/.kube && cp -f /etc/kubernetes/admin.conf $HOME/.kube/config"
        " && chown $(id -u):$(id -g) $HOME/.kube/config"
    )
