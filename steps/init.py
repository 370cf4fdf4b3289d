"""Sentences about the Kubernetes packages, the images and the control plane."""

from labproof.grading import expectation
from labproof.grading.judging import Judge
from labproof.lab import service as service_probe
from labproof.lab.machine import Lab
from labproof.session.performing import Performer
from labproof.session.sentences import then, when
from steps import conditions
from steps.actions import control_plane, package, service
from steps.actions import docker as daemon
from steps.cluster.api import API_PORT, Cluster
from steps.course import expect
from steps.course.facts import Course
from steps.probes import control_plane as control_probe
from steps.probes import docker as docker_probe
from steps.probes import kubeconfig
from steps.probes import package as package_probe

PACKAGES = ("kubelet", "kubeadm", "kubectl")


@when("kubelet, kubeadm and kubectl are installed and kubelet is enabled on both machines")
def install_kubernetes(performer: Performer, lab: Lab, course: Course) -> None:
    performer.each(package.install, lab.all, *(f"{name}-{course.kubernetes}" for name in PACKAGES))
    performer.each(service.enable_and_start, lab.all, "kubelet")


@then('on "{machine}" kubelet, kubeadm and kubectl have the course\'s version')
def packages_have_version(judge: Judge, lab: Lab, course: Course, machine: str) -> None:
    wanted = expectation.all_equal(dict.fromkeys(PACKAGES, course.kubernetes))
    judge(lambda: package_probe.versions(lab[machine], PACKAGES), wanted, machine)


@then('on "{machine}" kubelet starts at boot')
def kubelet_is_enabled(judge: Judge, lab: Lab, machine: str) -> None:
    judge(lambda: service_probe.read(lab[machine], "kubelet"), expectation.enabled("kubelet"), machine)


@when("the image archive is sent to the node and loaded on both machines")
def load_images(performer: Performer, lab: Lab, course: Course) -> None:
    performer.each(daemon.get_images, lab.all, lab["master"], course.profile.image_archive)


@then('"master" holds the images that a control plane needs')
def master_has_images(judge: Judge, lab: Lab, course: Course) -> None:
    judge(lambda: docker_probe.images(lab["master"]), expect.images(course.images), "master")


@then('"node" holds the images that a worker needs')
def node_has_images(judge: Judge, lab: Lab, course: Course) -> None:
    judge(lambda: docker_probe.images(lab["node"]), expect.images(course.worker_images), "node")


@when("kubeadm init is run on master")
def run_init(performer: Performer, lab: Lab, course: Course) -> None:
    performer(control_plane.init, lab["master"], course)


@then("the API answers that it is ready")
def api_is_ready(judge: Judge, cluster: Cluster, lab: Lab) -> None:
    rests_on = (conditions.api_port(lab["master"]), conditions.containers(lab["master"]))
    judge(lambda: control_probe.health(cluster), expectation.equal("ok"), "master", rests_on)


@then("the four static Pods of the control plane run on master")
def static_pods_run(judge: Judge, cluster: Cluster, lab: Lab) -> None:
    wanted = expectation.all_equal(dict.fromkeys(control_probe.COMPONENTS, "running"))
    rests_on = conditions.machine(cluster, lab["master"])
    judge(lambda: control_probe.static_pods(cluster, lab["master"].name), wanted, "master", rests_on)


@then("the API is advertised at master's address")
def api_is_advertised(judge: Judge, cluster: Cluster, lab: Lab) -> None:
    wanted = expectation.equal(f"{lab['master'].address}:{API_PORT}")
    judge(lambda: control_probe.advertised(cluster, lab["master"].name), wanted, "master")


@then("the Services have the handout's address range")
def service_range(judge: Judge, cluster: Cluster, course: Course) -> None:
    judge(lambda: control_probe.init_settings(cluster).service_cidr, expectation.equal(course.cluster.service_cidr))


@then("the Pods have the handout's address range")
def pod_range(judge: Judge, cluster: Cluster, course: Course) -> None:
    judge(lambda: control_probe.init_settings(cluster).pod_cidr, expectation.equal(course.cluster.pod_cidr))


@then("the images come from the handout's repository")
def image_repository(judge: Judge, cluster: Cluster, course: Course) -> None:
    judge(
        lambda: control_probe.init_settings(cluster).image_repository,
        expectation.equal(course.cluster.image_repository),
    )


@then("kubelet on master uses the same cgroup driver as Docker")
def drivers_agree(judge: Judge, lab: Lab) -> None:
    judge(
        lambda: (control_probe.kubelet_cgroup_driver(lab["master"]), docker_probe.running(lab["master"])),
        expect.same_driver(),
        "master",
    )


@when("root on master copies the administrator's kubeconfig")
def copy_kubeconfig(performer: Performer, lab: Lab) -> None:
    performer(control_plane.copy_kubeconfig, lab["master"])


@then("root's kubeconfig on master opens the cluster")
def kubeconfig_works(judge: Judge, lab: Lab, cluster: Cluster) -> None:
    server = lab["master"]
    wanted = expect.opens(f"https://{server.address}:{API_PORT}", f"https://{server.name}:{API_PORT}")
    judge(lambda: kubeconfig.read(lab["master"], cluster), wanted, "master")


@then("root's kubeconfig on master belongs to root and nobody else may read it")
def kubeconfig_is_private(judge: Judge, lab: Lab) -> None:
    judge(lambda: kubeconfig.file_state(lab["master"]), expect.private_to("root"), "master")
