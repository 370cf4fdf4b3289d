"""The cluster's DNS: each way to break it has its own words (CoreDNS 1.7.0, kubeadm's Deployment)."""

from typing import Any

import pytest

from labproof.connection.fake import FakeConnection, Page
from labproof.ground.errors import Unreachable
from steps.cluster.api import Cluster
from steps.probes import cluster_dns

LABELS = {"k8s-app": "kube-dns"}
SERVICE = {"spec": {"clusterIP": "10.10.0.10", "selector": LABELS}}
DEPLOYMENT: dict[str, Any] = {"spec": {"replicas": 2, "template": {"metadata": {"labels": LABELS}}}}
UP = {"subsets": [{"addresses": [{"ip": "10.122.0.3"}, {"ip": "10.122.0.2"}]}]}


def pod(reason: str, message: str = "", restarts: int = 0) -> dict[str, Any]:
    """Return a Pod of CoreDNS that waits, or that runs and is not ready where there is no reason."""
    state = {"waiting": {"reason": reason, "message": message}} if reason else {"running": {}}
    status = {"name": "coredns", "state": state, "restartCount": restarts, "ready": False}
    return {"metadata": {"name": "coredns-1"}, "status": {"containerStatuses": [status]}}


def serve(fake: FakeConnection, pods: list[dict[str, Any]], log: str = "", deployment: object = DEPLOYMENT) -> None:
    """Script a cluster in which nobody is behind kube-dns."""
    fake.serve("GET", "/events", Page({"items": []}))
    fake.serve("GET", "/services/kube-dns", Page(SERVICE))
    fake.serve("GET", "/endpoints/kube-dns", Page({"subsets": [{"notReadyAddresses": [{"ip": "10.122.0.3"}]}]}))
    fake.serve("GET", "/deployments/coredns", Page(deployment))
    fake.serve("GET", "/pods?labelSelector=k8s-app%3Dkube-dns", Page({"items": pods}))
    fake.serve("GET", "/pods/coredns-1/log", Page(log))


LOOP = (
    "[INFO] plugin/reload: Running configuration MD5 = db32ca3650231d74073ff4cf814959a7\n"
    '[FATAL] plugin/loop: Loop (127.0.0.1:55953 -> :53) detected for zone ".", see'
    ' https://coredns.io/plugins/loop#troubleshooting. Query: "HINFO 4547991504243258144.3688648895315093531."\n'
)
FORBIDDEN = (
    "E1125 10:00:00.000000       1 reflector.go:178] pkg/mod/k8s.io/client-go: Failed to list *v1.Service: services is"
    ' forbidden: User "system:serviceaccount:kube-system:coredns" cannot list resource "services"\n'
    '[INFO] plugin/ready: Still waiting on: "kubernetes"\n'
)


@pytest.mark.parametrize(
    ("pods", "log", "why"),
    [
        ([pod("CrashLoopBackOff", "back-off 20s", 3)], LOOP, "plugin/loop: Loop (127.0.0.1:55953 -> :53) detected"),
        (
            [pod("CrashLoopBackOff", "back-off 20s", 3)],
            "/etc/coredns/Corefile:5 - Error during parsing: Unknown directive 'forwad'\n",
            "Corefile:5 - Error during parsing: Unknown directive 'forwad'",
        ),
        ([pod("", restarts=0)], FORBIDDEN, "services is forbidden: User"),
        ([pod("ImagePullBackOff", "Back-off pulling image")], "", "ImagePullBackOff Back-off pulling image"),
        ([], "", "no Pod of coredns is ready: it has no Pods"),
    ],
    ids=["loop", "unknown word", "no rights", "no image", "no Pods"],
)
def test_what_became_of_coredns_is_told(
    fake: FakeConnection, api: Cluster, pods: list[dict[str, Any]], log: str, why: str
) -> None:
    """With nobody behind kube-dns the last words of CoreDNS, or what it waits for, are the cause."""
    serve(fake, pods, log)
    state = cluster_dns.read(api)
    assert why in state.why("10.10.0.10")
    assert not state.is_final
    asked = [r.url for r, _ in fake.requests if "/log" in r.url]
    assert all(
        ("previous=true" in url) is bool(pods[0]["status"]["containerStatuses"][0]["restartCount"]) for url in asked
    )


@pytest.mark.parametrize(
    ("path", "page", "why"),
    [
        ("/services/kube-dns", Page({}, 404), "there is no Service kube-dns"),
        ("/deployments/coredns", Page({}, 404), "there is no Deployment coredns"),
        ("/deployments/coredns", Page({"spec": {**DEPLOYMENT["spec"], "replicas": 0}}), "coredns was scaled to 0 Pods"),
        (
            "/services/kube-dns",
            Page({"spec": {"clusterIP": "x", "selector": {"k8s-app": "dns"}}}),
            "selects other Pods",
        ),
    ],
    ids=["no Service", "no Deployment", "no replicas", "other selector"],
)
def test_what_waiting_cannot_change_is_final(
    fake: FakeConnection, api: Cluster, path: str, page: Page, why: str
) -> None:
    """What only somebody's work can change is told and ends the waiting."""
    serve(fake, [])
    fake.serve("GET", path, page)
    state = cluster_dns.read(api)
    assert why in state.why("10.10.0.10")
    assert state.is_final


def test_who_is_up_is_not_to_blame(fake: FakeConnection, api: Cluster) -> None:
    """With Pods behind the Service it is the Pod's own name server that is wrong, or the way to them."""
    fake.serve("GET", "/services/kube-dns", Page(SERVICE))
    fake.serve("GET", "/endpoints/kube-dns", Page(UP))
    state = cluster_dns.read(api)
    assert state.why("10.96.0.10") == (
        "the Pod asks the name server 10.96.0.10, but kube-dns has the address 10.10.0.10"
    )
    assert state.why("10.10.0.10") == (
        "CoreDNS is ready at 10.122.0.2, 10.122.0.3, but nothing comes back from udp port 53"
    )


def test_no_explanation_is_no_failure(fake: FakeConnection, api: Cluster) -> None:
    """Where the cluster cannot be asked there is no explanation."""
    fake.serve("GET", "", Unreachable("gone"))
    assert cluster_dns.read(api).why("10.10.0.10") == ""


@pytest.mark.parametrize(
    ("text", "server"),
    [("nameserver 10.10.0.10\nsearch lan\n", "10.10.0.10"), ("# nameserver 1.1.1.1\nnameserver", ""), ("", "")],
)
def test_name_server_of_a_pod(text: str, server: str) -> None:
    """The first name server of a resolv.conf is the one that is asked."""
    assert cluster_dns.nameserver(text) == server


@pytest.mark.parametrize(
    ("corefile", "is_served"),
    [
        (".:53 {\n    kubernetes cluster.local in-addr.arpa ip6.arpa {\n    }\n}", True),
        (".:53 {\n    kubernetes cluster.local. {\n    }\n}", True),
        ("cluster.local:53 {\n    kubernetes\n}", True),
        ("cluster.local:53 {\n\tkubernetes{\n\t}\n}\r\n", True),
        (".:53 {\n    kubernetes . {\n    }\n}", True),
        (".:53 {\n    kubernetes local {\n    }\n}", True),
        (".:53 {\n    import /etc/coredns/custom/*.override\n}", True),
        (".:53 {\n    kubernetes example.test {\n    }\n}", False),
        (".:53 {\n    #kubernetes cluster.local {\n    }\n}", False),
        (".:53 {\n    forward . 10.0.0.1\n}", False),
        ("", False),
    ],
)
def test_corefile_that_answers_for_the_cluster(corefile: str, is_served: bool) -> None:
    """The plugin kubernetes has to be there for the cluster's zone, by whichever name that covers it."""
    assert cluster_dns.serves(corefile) is is_served
