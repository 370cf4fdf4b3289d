"""Sentences about Calico and what Pods can reach."""

from labproof.grading import expectation
from labproof.grading.judging import Judge
from labproof.lab.machine import Lab
from labproof.session.performing import Performer
from labproof.session.sentences import then, when
from steps import conditions
from steps.actions import manifest
from steps.cluster.api import Cluster
from steps.course import expect
from steps.course.facts import Course
from steps.pods.manifest import GREETING
from steps.pods.probe_pods import ProbePods
from steps.probes import calico, node, pod_network


@when("calico.yaml is applied on master")
def apply_calico(performer: Performer, lab: Lab) -> None:
    performer(manifest.apply, lab["master"], "calico.yaml")


@then("Calico runs on every node that there is")
def calico_runs(judge: Judge, cluster: Cluster, lab: Lab) -> None:
    wanted, rests_on = expect.available(calico.AGENT), conditions.traffic(cluster, lab)
    judge(lambda: calico.agents(cluster), wanted, rests_on=rests_on)


@then("Calico's controllers are available")
def controllers_run(judge: Judge, cluster: Cluster, lab: Lab) -> None:
    wanted, rests_on = expect.available(calico.CONTROLLERS), conditions.traffic(cluster, lab)
    judge(lambda: calico.controllers(cluster), wanted, rests_on=rests_on)


@then("master is Ready")
def master_is_ready(judge: Judge, cluster: Cluster, lab: Lab) -> None:
    wanted = expectation.all_equal({lab["master"].name: node.READY})
    judge(lambda: node.ready_states(cluster), wanted, rests_on=conditions.machine(cluster, lab["master"]))


@then("Calico's pool is the Pods' address range")
def pool_is_right(judge: Judge, cluster: Cluster, course: Course) -> None:
    judge(lambda: pod_network.pool_cidr(cluster), expectation.equal(course.cluster.pod_cidr))


@then("a Pod on master gets an address from the pool")
def pod_has_address(judge: Judge, probe_pods: ProbePods, cluster: Cluster, lab: Lab, course: Course) -> None:
    wanted, rests_on = expect.address_in(course.cluster.pod_cidr), conditions.machine(cluster, lab["master"])
    judge(lambda: probe_pods.address(lab["master"].name), wanted, lab["master"].name, rests_on)


@then("a Pod on {machine} finds a Service by its name")
def pod_resolves(judge: Judge, probe_pods: ProbePods, cluster: Cluster, lab: Lab, course: Course, machine: str) -> None:
    wanted, rests_on = expect.resolved_in(course.cluster.service_cidr), conditions.traffic(cluster, lab)
    judge(lambda: probe_pods.resolve(lab[machine].name), wanted, machine, rests_on)


@then("a Pod on one node reaches a Pod on the other")
def traffic_crosses(judge: Judge, probe_pods: ProbePods, cluster: Cluster, lab: Lab) -> None:
    wanted, rests_on = expect.saw(GREETING), conditions.traffic(cluster, lab)
    judge(lambda: probe_pods.greet(lab["node"].name, lab["master"].name), wanted, rests_on=rests_on)
