"""Sentences about Calico and what Pods can reach."""

from labproof import expect
from labproof.actions import manifest
from labproof.course import Course
from labproof.gherkin import then, when
from labproof.judging import Judge
from labproof.kube import Cluster
from labproof.machine import Lab
from labproof.performing import Performer
from labproof.probe_pods import ProbePods
from labproof.probes import node, pod_network, workload

NAMESPACE = "kube-system"


@when("calico.yaml is applied on master")
def apply_calico(performer: Performer, lab: Lab) -> None:
    performer(manifest.apply, lab.master, "calico.yaml")


@then("Calico runs on every node that there is")
def calico_runs(judge: Judge, cluster: Cluster) -> None:
    judge(lambda: workload.daemon_set(cluster, NAMESPACE, "calico-node"), expect.available("calico-node"))


@then("Calico's controllers are available")
def controllers_run(judge: Judge, cluster: Cluster) -> None:
    wanted = expect.available("calico-kube-controllers")
    judge(lambda: workload.deployment(cluster, NAMESPACE, "calico-kube-controllers"), wanted)


@then("master is Ready")
def master_is_ready(judge: Judge, cluster: Cluster, lab: Lab) -> None:
    judge(lambda: node.ready_states(cluster), expect.all_equal({lab.master.name: "True"}))


@then("Calico's pool is the Pods' address range")
def pool_is_right(judge: Judge, cluster: Cluster, course: Course) -> None:
    judge(lambda: pod_network.pool_cidr(cluster), expect.equal(course.cluster.pod_cidr))


@then("a Pod on master gets an address from the pool")
def pod_has_address(judge: Judge, probe_pods: ProbePods, lab: Lab, course: Course) -> None:
    wanted = expect.address_in(course.cluster.pod_cidr)
    judge(lambda: probe_pods.address(lab.master.name), wanted, lab.master.name)


@then("a Pod on master finds a Service by its name")
def pod_resolves(judge: Judge, probe_pods: ProbePods, lab: Lab, course: Course) -> None:
    wanted = expect.address_in(course.cluster.service_cidr)
    judge(lambda: probe_pods.resolve(lab.master.name), wanted, lab.master.name)


@then("a Pod on one node reaches a Pod on the other")
def traffic_crosses(judge: Judge, probe_pods: ProbePods, lab: Lab) -> None:
    wanted = expect.saw("Welcome to nginx!")
    judge(lambda: probe_pods.greet(lab.node.name, lab.master.name), wanted)
