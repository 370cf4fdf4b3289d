"""Sentences about joining the node and the nodes as the cluster sees them."""

from labproof.grading import expectation
from labproof.grading.judging import Judge
from labproof.lab.machine import Lab
from labproof.session.performing import Performer
from labproof.session.sentences import then, when
from steps import conditions
from steps.actions import join
from steps.cluster.api import API_PORT, Cluster
from steps.course import expect
from steps.course.facts import Course
from steps.probes import kubeconfig, node, workload

WORKER_LABEL = "node-role.kubernetes.io/worker"


@when("the node joins with the command that master prints")
def join_node(performer: Performer, lab: Lab) -> None:
    performer(join.join, lab["master"], lab["node"])


@then("the cluster consists of master and node")
def cluster_is_complete(judge: Judge, cluster: Cluster, lab: Lab) -> None:
    judge(lambda: set(node.read_all(cluster)), expectation.equal(set(lab.machines)))


@then("both nodes are Ready")
def nodes_are_ready(judge: Judge, cluster: Cluster, lab: Lab) -> None:
    wanted, rests_on = expectation.all_equal(dict.fromkeys(lab.machines, node.READY)), conditions.pods(cluster, lab)
    judge(lambda: node.ready_states(cluster), wanted, rests_on=rests_on)


@then("both nodes have the lab's addresses")
def nodes_have_addresses(judge: Judge, cluster: Cluster, lab: Lab) -> None:
    wanted = expectation.all_equal({machine.name: machine.address for machine in lab.all})
    judge(lambda: {name: state.address for name, state in node.read_all(cluster).items()}, wanted)


@then("both nodes run the course's version")
def nodes_have_version(judge: Judge, cluster: Cluster, lab: Lab, course: Course) -> None:
    wanted = expectation.all_equal(dict.fromkeys(lab.machines, f"v{course.kubernetes}"))
    judge(lambda: {name: state.version for name, state in node.read_all(cluster).items()}, wanted)


@then("Calico and kube-proxy run on the node")
def agents_run(judge: Judge, cluster: Cluster, lab: Lab) -> None:
    wanted = expectation.all_equal({"calico-node": "ready", "kube-proxy": "ready"})
    rests_on = conditions.traffic(cluster, lab)
    judge(lambda: workload.on_node(cluster, lab["node"].name, ("calico-node", "kube-proxy")), wanted, "node", rests_on)


@when("root on the node gets master's kubeconfig and the node its label")
def equip_node(performer: Performer, lab: Lab) -> None:
    performer(join.send_kubeconfig, lab["master"], lab["node"])
    performer(join.label, lab["master"], lab["node"])


@then("the node, and only the node, is labelled as a worker")
def node_is_labelled(judge: Judge, cluster: Cluster, lab: Lab) -> None:
    judge(lambda: node.labelled(cluster, WORKER_LABEL), expectation.equal({lab["node"].name}))


@then("kubectl works for root on the node")
def kubectl_works(judge: Judge, cluster: Cluster, lab: Lab) -> None:
    server = lab["master"]
    wanted = expect.opens(f"https://{server.address}:{API_PORT}", f"https://{server.name}:{API_PORT}")
    judge(lambda: kubeconfig.read(lab["node"], cluster), wanted, "node")
