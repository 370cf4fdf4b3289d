"""Handout 2.7: kubeadm init and root's kubeconfig."""

from labproof.course import Course
from labproof.machine import Machine


def init(master: Machine, course: Course) -> None:
    """Make master a control plane."""
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
