"""Whatever the API and the pages of the lab send: a probe reads it, or says that it could not see."""

import json
from collections.abc import Callable
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labproof.connection.fake import FakeConnection, Page
from labproof.grading import expectation
from labproof.ground.errors import TransportError
from labproof.lab.browser import Browser
from labproof.lab.machine import Lab, Phase
from steps.cluster.api import Cluster
from steps.probes import account, control_plane, dashboard, kubeconfig, kuboard, node, pod, pod_network, workload
from tests.anything import is_a, spoilt, texts
from tests.conftest import both_machines, cluster_on, encoded

WAITS = {"name": "c", "restartCount": 1, "state": {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off"}}}
OBJECT = {
    "metadata": {
        "name": "etcd-x",
        "uid": "u",
        "generation": 1,
        "labels": {"k8s-app": "x"},
        "annotations": {
            "kubernetes.io/config.source": "file",
            "kubernetes.io/service-account.name": "x",
            "kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint": "192.168.200.10:6443",
        },
        "managedFields": [{"manager": "dashboard"}],
    },
    "spec": {
        "type": "NodePort",
        "ports": [{"port": 80, "nodePort": 30000}],
        "replicas": 2,
        "cidr": "10.122.0.0/16",
        "selector": {"matchLabels": {"k8s-app": "x"}},
        "template": {"metadata": {"labels": {"k8s-app": "x"}}},
        "containers": [{"name": "c", "env": [{"name": "COLOUR", "value": "blue"}]}],
    },
    "status": {
        "phase": "Pending",
        "conditions": [
            {"type": "Ready", "status": "True", "message": "m"},
            {"type": "PodScheduled", "status": "False", "message": "0/2 nodes are available"},
        ],
        "containerStatuses": [WAITS],
        "initContainerStatuses": [WAITS],
        "addresses": [{"type": "InternalIP", "address": "192.168.200.10"}],
        "nodeInfo": {"kubeletVersion": "v1.20.2"},
        **{"observedGeneration": 1, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2},
        **{"desiredNumberScheduled": 1, "updatedNumberScheduled": 1, "numberAvailable": 1},
        **{"authenticated": True, "allowed": True, "user": {"username": "x"}},
    },
    "roleRef": {"name": "cluster-admin"},
    "subjects": [{"kind": "ServiceAccount", "name": "x", "namespace": "n"}],
    "data": {"token": encoded("secret"), "ClusterConfiguration": "kubernetesVersion: v1.20.2\n"},
}
"""One object that is enough of everything for every probe."""
ANSWER = {**OBJECT, "items": [OBJECT]}
NAMED = ("n", "x")
ASKS: dict[Callable[..., Any], tuple[object, ...]] = {
    **dict.fromkeys((node.read_all, node.ready_states, account.may_do_everything, pod_network.pool_cidr), ()),
    **dict.fromkeys((control_plane.init_settings, control_plane.health), ()),
    **dict.fromkeys((control_plane.static_pods, control_plane.advertised, node.labelled), ("x",)),
    **dict.fromkeys((account.read, account.token, account.token_state, pod.read, pod.labelled), NAMED),
    **dict.fromkeys((workload.deployment, workload.daemon_set, workload.service, workload.origin), NAMED),
    workload.on_node: ("x", ("x",)),
}
"""Each probe of the API, and what else it is given."""


def label(probe: Callable[..., Any]) -> str:
    return f"{probe.__module__.split('.')[-1]}.{probe.__name__}"


def answering(page: Page) -> tuple[FakeConnection, Lab, Cluster]:
    """Return a lab whose API and pages all give one answer."""
    fake, phase = FakeConnection(), Phase()
    lab = both_machines(fake, phase)
    for method in ("GET", "POST"):
        fake.serve(method, "", page)
    return fake, lab, cluster_on(lab, fake, phase)


def reads(probe: Callable[..., Any], *arguments: object) -> None:
    """Carry out a probe: it returns what it promises, which can be shown, or raises the error that is nobody's."""
    try:
        state = probe(*arguments)
    except TransportError:
        return
    assert is_a(state, get_type_hints(probe)["return"])
    assert isinstance(expectation.show(state), str)


@pytest.mark.parametrize("probe", ASKS, ids=label)
@given(answer=spoilt(ANSWER))
def test_spoilt_object_is_read_or_not_seen(probe: Callable[..., Any], answer: object) -> None:
    """An object that is not as Kubernetes describes it does not break whoever reads it."""
    reads(probe, answering(Page(answer))[2], *ASKS[probe])


@pytest.mark.parametrize("probe", [node.read_all, control_plane.health], ids=label)
@given(text=texts('{"items": ', "[{", '"metadata": ', "}", "]"))
def test_any_answer_of_the_api_is_read_or_not_seen(probe: Callable[..., Any], text: str) -> None:
    """An API that sends any text at all does not break whoever asks it."""
    # Half a surrogate cannot come over the wire.
    sent = text.encode("utf-8", errors="replace").decode()
    reads(probe, answering(Page(sent))[2], *ASKS[probe])


def test_right_object_is_read_by_every_probe() -> None:
    """What the other tests spoil is right: no probe refuses it."""
    for probe, arguments in ASKS.items():
        state = probe(answering(Page(ANSWER))[2], *arguments)
        assert is_a(state, get_type_hints(probe)["return"]), probe


PAGE = {**ANSWER, "token": "csrf", "jweToken": "session", "errors": []}
VISITS = (dashboard.try_both, kuboard.try_both)


@pytest.mark.parametrize("visit", VISITS, ids=label)
@given(body=spoilt(PAGE) | texts(json.dumps(PAGE)), status=st.sampled_from([200, 302, 500]))
def test_any_page_is_read_or_not_seen(visit: Callable[..., Any], body: object, status: int) -> None:
    """A page that sends anything at all does not break whoever visits it."""
    fake, lab, _ = answering(Page(body, status))
    reads(visit, Browser(fake, Phase()), lab["master"], 30000, "a token")


CONFIG = {
    "current-context": "c",
    "contexts": [{"name": "c", "context": {"cluster": "k", "user": "a"}}],
    "clusters": [{"name": "k", "cluster": {"server": "s", "certificate-authority-data": encoded("AUTHORITY")}}],
    "users": [{"name": "a", "user": {"client-certificate-data": encoded("C"), "client-key-data": encoded("K")}}],
}


@given(spoilt(CONFIG))
def test_spoilt_kubeconfig_is_read(config: object) -> None:
    """A kubeconfig that is wrong anywhere is told as wrong, and is no crash."""
    fake, lab, cluster = answering(Page({"status": {"allowed": True}}))
    fake.answer("node", kubeconfig.PATH, json.dumps(config))
    reads(kubeconfig.read, lab["node"], cluster)
