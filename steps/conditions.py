"""What the course's sentences rest on: facts that make others possible, named as exercise.toml grades them."""

from collections.abc import Collection
from typing import Any

from labproof.grading import expectation
from labproof.grading.conditions import Condition
from labproof.grading.expectation import Expectation
from labproof.lab import service
from labproof.lab.machine import Lab, Machine
from steps.cluster.api import API_PORT, Cluster
from steps.course import expect
from steps.probes import bridge, calico, docker, firewall, node, pod_to_api, port, workload
from steps.probes.workload import Origin

FORWARDING = "net.ipv4.ip_forward"


def kubelet(cluster: Cluster, machine: Machine) -> Condition[str]:
    """Rest on a kubelet that answers: of one that does not the API says Unknown."""
    return Condition(
        f"kubelet-answers@{machine.name}",
        lambda: node.ready_states(cluster).get(machine.name, "absent"),
        Expectation("not Unknown", lambda ready: not ready.startswith("Unknown"), lambda ready: f"Ready is {ready}"),
        f"the kubelet of {machine.name} stopped answering",
    )


def containers(machine: Machine) -> Condition[docker.ContainerRun]:
    """Rest on Docker, and on a container that can be run."""
    return Condition(
        f"containers-run@{machine.name}",
        lambda: docker.run_container(machine),
        expect.container_run(),
        f"no container runs on {machine.name}",
    )


def packets(machine: Machine) -> Condition[Collection[str]]:
    """Rest on packets that no firewall of the machine stops."""

    def in_the_way() -> Collection[str]:
        unit = service.read(machine, "firewalld")
        return [str(unit)] if unit.is_running else firewall.leftover_rules(machine)

    return Condition(
        f"packets-pass@{machine.name}",
        in_the_way,
        expectation.nothing("rules of a firewall"),
        f"a firewall on {machine.name} stops packets",
    )


def forwarding(machine: Machine) -> Condition[str | None]:
    """Rest on a kernel that forwards packets."""
    return Condition(
        f"packets-forwarded@{machine.name}",
        lambda: bridge.live(machine)[FORWARDING],
        Expectation("1", lambda value: value in ("1", None), lambda value: f"{FORWARDING} is {value}"),
        f"{machine.name} does not forward packets",
    )


def address(cluster: Cluster, machine: Machine) -> Condition[str]:
    """Rest on a node that the cluster knows by the lab's address."""

    def known() -> str:
        state = node.read_all(cluster).get(machine.name)
        return state.address if state else machine.address

    return Condition(
        f"address-known@{machine.name}",
        known,
        Expectation(machine.address, lambda found: found == machine.address),
        f"the cluster knows {machine.name} by another address",
    )


def routes(cluster: Cluster, lab: Lab) -> Condition[Collection[str]]:
    """Rest on Calico's routes between the machines, which lead to the address that it took on each."""

    def elsewhere() -> Collection[str]:
        took = calico.addresses(cluster)
        return [f"{one.name}: {took[one.name]}" for one in lab.all if took.get(one.name, one.address) != one.address]

    return Condition(
        "calico-addresses",
        elsewhere,
        expectation.nothing("addresses outside the lab"),
        "Calico took an address from which the other machine is not reached",
    )


def api_port(master: Machine) -> Condition[str]:
    """Rest on a port of the API that takes connections, as seen from master itself."""
    return Condition(
        f"api-port-open@{master.name}",
        lambda: port.knock(master, master.address, API_PORT),
        Expectation("taken or refused", lambda found: found != port.SILENT),
        f"nothing comes back from port {API_PORT} of {master.name}",
    )


def api_from(cluster: Cluster, lab: Lab, namespace: str, deployment: str) -> Condition[dict[str, str]]:
    """Rest on the API being reachable from the Pods of a Deployment."""

    def found(pods: dict[str, str]) -> str:
        return "; ".join(f"{name}: {said}" for name, said in pods.items() if said != pod_to_api.REACHED)

    return Condition(
        "api-reachable-from-pods",
        lambda: pod_to_api.read(cluster, lab, namespace, deployment),
        Expectation("reached", lambda pods: not found(pods), found),
        "the API cannot be reached from a Pod",
    )


def form_label(cluster: Cluster, namespace: str, name: str) -> Condition[Origin]:
    """Rest on Pods with the label that the form gives, by which its Service finds them."""
    return Condition(
        "nginx-labelled",
        lambda: workload.origin(cluster, namespace, name),
        Expectation("labelled", lambda origin: origin.has_form_labels or not origin.exists),
        f"the Service of {name} looks for a label that its Pods do not have",
    )


def machine(cluster: Cluster, one: Machine) -> tuple[Condition[Any], ...]:
    """Return what Pods on one machine rest on."""
    return (kubelet(cluster, one), containers(one))


def pods(cluster: Cluster, lab: Lab) -> tuple[Condition[Any], ...]:
    """Return what Pods rest on wherever they run."""
    return (
        *(kubelet(cluster, machine) for machine in lab.all),
        *(containers(machine) for machine in lab.all),
        *(address(cluster, machine) for machine in lab.all),
    )


def traffic(cluster: Cluster, lab: Lab) -> tuple[Condition[Any], ...]:
    """Return what packets between Pods, and from outside to a Pod, rest on."""
    return (
        *pods(cluster, lab),
        *(packets(machine) for machine in lab.all),
        *(forwarding(machine) for machine in lab.all),
        routes(cluster, lab),
    )


def console(cluster: Cluster, lab: Lab, namespace: str, deployment: str) -> tuple[Condition[Any], ...]:
    """Return what the pages of a console rest on: it shows what the API tells it."""
    return (*traffic(cluster, lab), api_from(cluster, lab, namespace, deployment))
