"""What the course's sentences rest on: every condition is graded somewhere, and reads as what it is."""

from typing import Any

import pytest

from labproof.connection.fake import FakeConnection, Page, Reply
from labproof.grading import rubric
from labproof.grading.conditions import Condition, Lookout
from labproof.ground.wait import Clock
from labproof.lab.machine import Lab
from steps import conditions
from steps.cluster.api import Cluster

RUBRIC = rubric.load()


@pytest.fixture
def every(api: Cluster, pair: Lab) -> tuple[Condition[Any], ...]:
    """Every condition that a sentence may rest on."""
    return (
        *conditions.console(api, pair, "kubernetes-dashboard", "kubernetes-dashboard"),
        conditions.form_label(api, "default", "nginx"),
        conditions.api_port(pair["master"]),
    )


def test_every_condition_is_graded(every: tuple[Condition[Any], ...]) -> None:
    """A condition that no criterion grades would turn a consequence into a loss."""
    assert [c.name for c in every if c.name not in RUBRIC.graders] == []


def test_every_graded_condition_is_one(every: tuple[Condition[Any], ...]) -> None:
    """What exercise.toml grades is a condition of the course, apart from the port of a machine without an API."""
    assert set(RUBRIC.graders) - {c.name for c in every} == {"api-port-open@node"}


def broken(condition: Condition[Any]) -> str:
    return "".join(problem.says for problem in Lookout(Clock()).broken([condition]))


def nodes(ready: str, address: str = "192.168.200.20") -> Page:
    """Return the API's list of nodes with one node in it."""
    condition = {"type": "Ready", "status": ready, "message": "Kubelet stopped posting node status."}
    status = {"conditions": [condition], "addresses": [{"type": "InternalIP", "address": address}]}
    return Page({"items": [{"metadata": {"name": "node"}, "status": status}]})


@pytest.mark.parametrize(("ready", "says"), [("Unknown", "stopped answering"), ("False", ""), ("True", "")])
def test_a_silent_kubelet(fake: FakeConnection, api: Cluster, pair: Lab, ready: str, says: str) -> None:
    """A kubelet answers as long as its node is not Unknown: False is what it says itself."""
    fake.serve("GET", "/api/v1/nodes", nodes(ready))
    found = broken(conditions.kubelet(api, pair["node"]))
    assert says in found
    assert bool(says) == bool(found)


def test_a_node_that_never_joined_is_not_silent(fake: FakeConnection, api: Cluster, pair: Lab) -> None:
    """Of a node that is not in the cluster neither kubelet nor address is missed."""
    fake.serve("GET", "/api/v1/nodes", Page({"items": []}))
    assert broken(conditions.kubelet(api, pair["node"])) == broken(conditions.address(api, pair["node"])) == ""


def test_another_address(fake: FakeConnection, api: Cluster, pair: Lab) -> None:
    """A node that is known by an address outside the lab says which."""
    fake.serve("GET", "/api/v1/nodes", nodes("True", "10.0.2.15"))
    assert broken(conditions.address(api, pair["node"])) == "the cluster knows node by another address (10.0.2.15)"


@pytest.mark.parametrize(
    ("took", "says"),
    [
        ("10.0.2.15/24", "Calico took an address from which the other machine is not reached (node: 10.0.2.15)"),
        ("192.168.200.20/24", ""),
        ("", ""),
    ],
)
def test_calico_on_another_address(fake: FakeConnection, api: Cluster, pair: Lab, took: str, says: str) -> None:
    """What Calico announced is compared with the lab's address; nothing is missed where it announced none."""
    annotations = {"projectcalico.org/IPv4Address": took} if took else {}
    fake.serve("GET", "/api/v1/nodes", Page({"items": [{"metadata": {"name": "node", "annotations": annotations}}]}))
    assert broken(conditions.routes(api, pair)) == says


@pytest.mark.parametrize(
    ("unit", "rules", "says"),
    [
        ("ActiveState=active\nSubState=running\n", "", "firewalld is running"),
        ("ActiveState=inactive\n", "-A FORWARD -j REJECT", "-A FORWARD -j REJECT"),
        ("ActiveState=inactive\n", "-P INPUT ACCEPT", ""),
    ],
)
def test_a_firewall_in_the_way(fake: FakeConnection, pair: Lab, unit: str, rules: str, says: str) -> None:
    """A firewall that runs, or has left rules, stops packets; an empty table does not."""
    fake.answer("node", "systemctl", unit)
    fake.answer("node", "iptables", rules)
    found = broken(conditions.packets(pair["node"]))
    assert says in found
    assert bool(says) == bool(found)


@pytest.mark.parametrize(
    ("reply", "says"), [(Reply(status=124), "nothing came back"), (Reply(status=1), ""), (Reply(), "")]
)
def test_a_silent_port(fake: FakeConnection, pair: Lab, reply: Reply, says: str) -> None:
    """Only a port from which nothing comes back is stopped by somebody; a refusal is an answer."""
    fake.answer("master", "/dev/tcp/192.168.200.10/6443", reply)
    found = broken(conditions.api_port(pair["master"]))
    assert bool(says) == bool(found)


DEPLOYMENT = Page({"spec": {"selector": {"matchLabels": {"app": "web"}}}})
PODS = Page({"items": [{"metadata": {"name": "web-1"}, "spec": {"nodeName": "node"}}]})


def kubernetes(address: str) -> Page:
    return Page({"spec": {"clusterIP": address}})


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (Reply(), ""),
        (Reply(status=124), "web-1: nothing came back from 10.10.0.1 within 3 s"),
        (Reply(status=1, error="bash: connect: Connection refused\n"), "web-1: bash: connect: Connection refused"),
    ],
)
def test_a_pod_that_does_not_reach_the_api(
    fake: FakeConnection, api: Cluster, pair: Lab, reply: Reply, says: str
) -> None:
    """The connection is tried in the Pod's own network, on the machine where it runs."""
    fake.serve("GET", "/services/kubernetes", kubernetes("10.10.0.1"))
    fake.serve("GET", "/deployments/web", DEPLOYMENT)
    fake.serve("GET", "/namespaces/default/pods", PODS)
    fake.answer("node", "nsenter", reply)
    found = broken(conditions.api_from(api, pair, "default", "web"))
    assert found == (f"the API cannot be reached from a Pod ({says})" if says else "")
    assert "/dev/tcp/10.10.0.1/443" in fake.lines("node")[0]


def test_an_address_that_is_none_is_not_run(fake: FakeConnection, api: Cluster, pair: Lab) -> None:
    """What the API says is an address becomes part of a command only when it is one."""
    fake.serve("GET", "/services/kubernetes", kubernetes("$(touch /owned)"))
    fake.serve("GET", "/deployments/web", DEPLOYMENT)
    fake.serve("GET", "/namespaces/default/pods", PODS)
    assert broken(conditions.api_from(api, pair, "default", "web")) == ""
    assert fake.lines("node") == []
