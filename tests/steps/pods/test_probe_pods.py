"""Pods of our own: what is made, what is asked of them, and what is taken away."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from labproof.connection.fake import FakeConnection, Page
from labproof.ground.errors import MachineAway, Refused, TransportError, Unreachable
from labproof.records.evidence import EvidenceLog
from labproof.session.opening import _instant_clock
from steps.cluster.api import Cluster
from steps.pods.ahead import Ahead
from steps.pods.probe_pods import ProbePods
from steps.pods.report import parse

PODS = "/pods"
LOOKER, SERVER = "/pods/looker-master-1", "/pods/looker-node-1"


def pod(phase: str, address: str = "", node: str = "master", **status: Any) -> Page:
    """Return the API's answer for a Pod."""
    return Page({"spec": {"nodeName": node}, "status": {"phase": phase, "podIP": address, **status}})


def networked(address: str) -> Page:
    """Return the API's answer for a Pod that Calico has given an address, which its kubelet has not told yet."""
    annotations = {"cni.projectcalico.org/podIP": f"{address}/32"}
    return Page(
        {"metadata": {"annotations": annotations}, "spec": {"nodeName": "master"}, "status": {"phase": "Pending"}}
    )


@pytest.fixture
def pods(fake: FakeConnection, api: Cluster, tmp_path: Path) -> Iterator[ProbePods]:
    """Return probe Pods in a cluster where every Pod can be made and taken away, and CoreDNS is up."""
    fake.serve("GET", "/services/kube-dns", Page({"spec": {"clusterIP": "10.96.0.10"}}))
    fake.serve("GET", "/endpoints/kube-dns", Page({"subsets": [{"addresses": [{"ip": "10.122.0.3"}]}]}))
    fake.serve("GET", "/api/v1/nodes", Page({"items": []}))
    fake.serve("POST", "/api/v1/namespaces", Page({}, 201))
    fake.serve("DELETE", "/api/v1/namespaces", Page({}))
    fake.serve("GET", LOOKER, pod("Pending"), pod("Running", "10.122.0.7"))
    fake.serve("GET", SERVER, pod("Pending"), pod("Running", "10.122.1.8", "node"))
    log = EvidenceLog(tmp_path / "evidence.jsonl")
    yield ProbePods(api, "nginx:1", Ahead(log), _instant_clock())
    log.close()


def asked(fake: FakeConnection, method: str) -> list[str]:
    """Return the paths that were asked for, without the namespace's own name."""
    return [r.url.split("/", 3)[3].split("labproof-probe-", 1)[-1][6:] for r, _ in fake.requests if r.method == method]


def test_pod_on_a_node_has_an_address(fake: FakeConnection, pods: ProbePods) -> None:
    """The address is the one that the API says once the Pod runs."""
    assert pods.address("master") == "10.122.0.7"
    made = json.loads(next(r.body for r, _ in fake.requests if r.method == "POST" and r.url.endswith("/pods")))
    assert made["spec"]["nodeName"] == "master"
    assert made["spec"]["automountServiceAccountToken"] is False
    assert made["spec"]["activeDeadlineSeconds"] == 120


def test_pod_of_a_slow_machine_lasts_until_it_is_asked(
    fake: FakeConnection, pods: ProbePods, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What such a machine may need until the Pod is up is no part of how long the Pod lasts then."""
    monkeypatch.setenv("LABPROOF_SLOWNESS", "10")
    pods.address("master")
    made = json.loads(next(r.body for r, _ in fake.requests if r.method == "POST" and r.url.endswith("/pods")))
    assert made["spec"]["activeDeadlineSeconds"] == 120 + 20 * 9


def test_pod_that_answers_is_up(fake: FakeConnection, pods: ProbePods) -> None:
    """A Pod that answers at the address that Calico gave it is up, whatever its kubelet says so far."""
    fake.serve("GET", LOOKER, pod("Pending"), networked("10.122.0.7"))
    fake.serve("GET", "http://10.122.0.7/", Refused("nothing listens"), Page("", 404))
    assert pods.address("master") == "10.122.0.7"
    assert [r.via for r, _ in fake.requests if r.url == "http://10.122.0.7/"] == ["master", "master"]


def test_address_alone_is_not_up(fake: FakeConnection, pods: ProbePods) -> None:
    """A Pod with an address at which nobody answers is waited for, and told as what it is."""
    fake.serve("GET", LOOKER, networked("10.122.0.7"))
    fake.serve("GET", "http://10.122.0.7/", Refused("nothing listens"))
    assert pods.address("master") == "a Pod on master with address 10.122.0.7 is Pending: no reason given"


def test_pod_on_a_machine_that_is_away_is_not_waited_for(fake: FakeConnection, pods: ProbePods) -> None:
    """What only that machine could be asked about is no finding, and one look is enough to know."""
    fake.serve("GET", LOOKER, networked("10.122.0.7"))
    fake.serve("GET", "http://10.122.0.7/", MachineAway("master: no SSH connection"))
    with pytest.raises(MachineAway):
        pods.address("master")
    assert len([r for r, _ in fake.requests if r.url == "http://10.122.0.7/"]) == 1


def test_one_pod_serves_several_looks(fake: FakeConnection, pods: ProbePods) -> None:
    """What has started is asked again: a second look makes no second Pod."""
    fake.serve("GET", ".7/names", Page("10.96.0.1 STREAM kubernetes"))
    assert pods.address("master") == "10.122.0.7"
    assert pods.resolve("master").address == "10.96.0.1"
    assert sum(path.endswith("/pods") for path in asked(fake, "POST")) == 1
    request = fake.requests[-1][0]
    assert (request.url, request.via, request.credential) == ("http://10.122.0.7/names", "master", None)


def test_names_may_take_their_time(fake: FakeConnection, pods: ProbePods) -> None:
    """The Pod's own server may start later than the Pod, and the resolver answer later than that."""
    fake.serve("GET", ".7/names", Refused("nothing listens"), Page(""), Page("10.96.0.1 STREAM"))
    assert pods.resolve("master").address == "10.96.0.1"


def test_no_name_says_what_was_seen(fake: FakeConnection, pods: ProbePods) -> None:
    """Without an answer of the cluster's DNS the finding says so, and who asks that again gets a new Pod."""
    fake.serve("GET", ".7/names", Page(""))
    fake.serve("GET", ".7/resolver", Page("nameserver 10.96.0.10\n"))
    fake.serve("GET", "/pods/looker-master-2", pod("Running", "10.122.0.9"))
    fake.serve("GET", ".9/names", Page("10.96.0.1 STREAM"))
    assert str(pods.resolve("master")) == (
        "a Pod on master with address 10.122.0.7 is Running: no answer from the cluster's DNS;"
        " CoreDNS is ready at 10.122.0.3, but nothing comes back from udp port 53"
    )
    assert pods.address("master") == "10.122.0.7"
    assert pods.resolve("master").address == "10.96.0.1"
    assert pods.address("master") == "10.122.0.9"


def test_pods_greet_each_other(fake: FakeConnection, pods: ProbePods) -> None:
    """The Pod on one node is told the other's address, and what it fetches is what is reported."""
    fake.serve("GET", "/reach/10.122.1.8", Page("Welcome to nginx!"))
    report = pods.greet("node", "master")
    assert report.saw == "Welcome to nginx!"
    assert str(report) == "a Pod on master with address 10.122.0.7 saw: Welcome to nginx!"


def test_no_greeting_names_both_ends(fake: FakeConnection, pods: ProbePods) -> None:
    """A page that does not come names the Pod that was asked for and the status that came instead."""
    fake.serve("GET", "/reach/10.122.1.8", Page("<h1>504 Gateway Time-out</h1>", 504))
    report = pods.greet("node", "master")
    assert report.saw == ""
    assert "no page from the Pod on node at 10.122.1.8: nothing came back within 2 s" in str(report)


def test_server_that_does_not_start_is_the_finding(fake: FakeConnection, pods: ProbePods) -> None:
    """A Pod that cannot start is told with its reason, once its time is over."""
    state = {"waiting": {"reason": "CreateContainerError", "message": "no such file"}}
    pending = pod("Pending", node="node", containerStatuses=[{"name": "probe", "state": state}])
    fake.serve("GET", SERVER, pending)
    report = pods.greet("node", "master")
    assert (report.node, report.is_up) == ("node", False)
    assert "CreateContainerError" in str(report)
    assert not any("/reach/" in r.url for r, _ in fake.requests)


@pytest.mark.parametrize("reason", ["ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull"])
def test_missing_image_of_ours_is_no_fault_of_the_cluster(fake: FakeConnection, pods: ProbePods, reason: str) -> None:
    """Where the image for our own Pod is not on the machine nothing was seen of the cluster: that is said at once."""
    state = {"waiting": {"reason": reason, "message": "no such host"}}
    fake.serve("GET", LOOKER, pod("Pending", containerStatuses=[{"name": "probe", "state": state}]))
    with pytest.raises(TransportError, match=r"own Pod on master has no image yet.* nginx:1 is not there .*load it on"):
        pods.address("master")
    assert sum(path.endswith(LOOKER) for path in asked(fake, "GET")) == 1


@pytest.mark.parametrize(("told", "is_ours"), [(["Pulling"], True), (["Pulling", "Pulled"], False), ([], False)])
def test_pull_that_takes_long_is_not_counted(
    fake: FakeConnection, pods: ProbePods, told: list[str], is_ours: bool
) -> None:
    """A Pod whose image is still being pulled says nothing about the cluster; one that only does not start does."""
    creating = {"waiting": {"reason": "ContainerCreating"}}
    fake.serve("GET", LOOKER, pod("Pending", containerStatuses=[{"name": "probe", "state": creating}]))
    fake.serve("GET", "/events?fieldSelector=involvedObject", Page({"items": [{"reason": reason} for reason in told]}))
    if is_ours:
        with pytest.raises(TransportError, match="nginx:1 is being pulled"):
            pods.address("master")
    else:
        assert "ContainerCreating" in pods.address("master")


def test_missing_pause_image_is_the_clusters_own(fake: FakeConnection, pods: ProbePods) -> None:
    """The sandbox image is the course's: where it cannot be pulled the finding says so."""
    said = 'failed pulling image "registry.aliyuncs.com/google_containers/pause:3.2": Error response from daemon: Get'
    about = {"name": "looker-master-1"}
    fake.serve("GET", LOOKER, pod("Pending"))
    fake.serve("GET", "/events", Page({"items": [{"involvedObject": about, "reason": "Failed", "message": said}]}))
    assert said in pods.address("master")


def test_name_ends_in_a_dot(fake: FakeConnection, pods: ProbePods) -> None:
    """The name is whole: no search domain of the machine is asked for it, nor a provider that knows every name."""
    pods.address("master")
    made = json.loads(next(r.body for r, _ in fake.requests if r.method == "POST" and r.url.endswith("/pods")))
    assert {"name": "SERVICE", "value": "kubernetes.default.svc.cluster.local."} in made["spec"]["containers"][0]["env"]


def test_empty_endpoints_settle_names_at_once(fake: FakeConnection, pods: ProbePods) -> None:
    """With nobody behind the DNS no answer is waited for, the cause is told, and the Pod stays for the next look."""
    fake.serve("GET", ".7/names", Page(""))
    fake.serve("GET", ".7/resolver", Page("nameserver 10.96.0.10\n"))
    fake.serve("GET", "/endpoints/kube-dns", Page({}))
    fake.serve("GET", "/deployments/coredns", Page({"spec": {"replicas": 0}}))
    found = pods.resolve("master")
    assert "coredns was scaled to 0 Pods" in str(found)
    assert found.is_final
    assert sum(r.url.endswith("/names") for r, _ in fake.requests) < 10
    fake.serve("GET", ".7/names", Page("10.96.0.1 STREAM"))
    assert pods.resolve("master").address == "10.96.0.1"
    assert sum(path.endswith("/pods") for path in asked(fake, "POST")) == 1


def test_pods_on_addresses_that_calico_mistook(fake: FakeConnection, pods: ProbePods) -> None:
    """A page that does not come is explained by the address that Calico took on a machine."""
    node = {
        "metadata": {"name": "node", "annotations": {"projectcalico.org/IPv4Address": "10.0.2.15/24"}},
        "status": {"addresses": [{"type": "InternalIP", "address": "192.168.200.20"}]},
    }
    fake.serve("GET", "/reach/", Page("", 504))
    fake.serve("GET", "/api/v1/nodes", Page({"items": [node]}))
    assert "nothing came back within 2 s; Calico took the address 10.0.2.15 on node" in str(
        pods.greet("node", "master")
    )


def test_pod_that_comes_up_late_is_seen(fake: FakeConnection, pods: ProbePods) -> None:
    """A Pod whose time was over is looked at again by the next look, without another one."""
    fake.serve("GET", LOOKER, pod("Pending"))
    assert "Pending" in pods.address("master")
    fake.serve("GET", LOOKER, pod("Running", "10.122.0.7"))
    assert pods.address("master") == "10.122.0.7"


def test_pod_of_a_slow_machine_is_waited_for(
    fake: FakeConnection, pods: ProbePods, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a Pod takes minutes to start, as with an emulated processor, nobody makes another one meanwhile."""
    monkeypatch.setenv("LABPROOF_SLOWNESS", "10")
    fake.serve("GET", LOOKER, pod("Pending"))
    assert "Pending" in pods.address("master")
    fake.serve("GET", LOOKER, pod("Running", "10.122.0.7"))
    assert pods.address("master") == "10.122.0.7"
    assert sum(path.endswith(PODS) for path in asked(fake, "POST")) == 1


def test_pod_that_is_gone_is_made_anew(fake: FakeConnection, pods: ProbePods) -> None:
    """Somebody may take our Pod away: that is said, and the next look makes another one."""
    fake.serve("GET", LOOKER, Page({}, 404))
    fake.serve("GET", "/pods/looker-master-2", pod("Running", "10.122.0.9"))
    assert "gone" in pods.address("master")
    assert sum(path.endswith(LOOKER) for path in asked(fake, "GET")) == 1
    assert pods.address("master") == "10.122.0.9"


def test_namespace_is_taken_away(fake: FakeConnection, pods: ProbePods) -> None:
    """The namespace goes when the looks are over, and only when there was one."""
    pods.close()
    assert asked(fake, "DELETE") == []
    pods.address("master")
    pods.close()
    assert fake.requests[-1][0].url.endswith(f"/namespaces/{pods.namespace}")


class Sweeping:
    """Stands for the process that takes the namespace away when we cannot."""

    is_dismissed = is_left = False

    def dismiss(self) -> None:
        self.is_dismissed = True

    def leave(self) -> None:
        self.is_left = True


@pytest.mark.parametrize("lost", [True, False], ids=["answer lost", "answer seen"])
@pytest.mark.parametrize("gone", [True, False], ids=["taken away", "not taken away"])
def test_sweeper_is_needed_until_all_is_gone(
    fake: FakeConnection, api: Cluster, tmp_path: Path, lost: bool, gone: bool
) -> None:
    """Whether a namespace was made that nobody saw is not known: it is taken away, by us or by the sweeper."""
    fake.serve("POST", "/api/v1/namespaces", Unreachable("lost") if lost else Page({}, 201))
    fake.serve("GET", LOOKER, pod("Running", "10.122.0.7"))
    fake.serve("DELETE", "/api/v1/namespaces", Page({}) if gone else Unreachable("lost"))
    sweeper, log = Sweeping(), EvidenceLog(tmp_path / "evidence.jsonl")
    pods = ProbePods(api, "nginx:1", Ahead(log), _instant_clock(), lambda _: sweeper)  # type: ignore[arg-type,return-value]
    with contextlib.suppress(Unreachable):
        pods.address("master")
    pods.close()
    log.close()
    assert len(asked(fake, "DELETE")) == 1
    assert (sweeper.is_dismissed, sweeper.is_left) == (gone, not gone)


def test_a_pod_that_could_not_be_begun_is_begun_by_the_next_look(
    fake: FakeConnection, api: Cluster, tmp_path: Path
) -> None:
    """What could not be started to take Pods away may start a moment later; the Pod then is the first of its node."""
    fake.serve("POST", "/api/v1/namespaces", Page({}, 201))
    fake.serve("GET", LOOKER, pod("Running", "10.122.0.7"))
    fake.serve("DELETE", "/api/v1/namespaces", Page({}))
    started: list[Sweeping] = []

    def start(_: str) -> Sweeping:
        started.append(Sweeping())
        if len(started) == 1:
            raise TransportError("nothing can be started")
        return started[-1]

    log = EvidenceLog(tmp_path / "evidence.jsonl")
    pods = ProbePods(api, "nginx:1", Ahead(log), _instant_clock(), start)  # type: ignore[arg-type]
    with pytest.raises(TransportError, match="nothing can be started"):
        pods.address("master")
    assert pods.address("master") == "10.122.0.7"
    pods.close()
    log.close()
    assert started[-1].is_dismissed


def test_pod_waits_for_its_account(fake: FakeConnection, pods: ProbePods) -> None:
    """A namespace that is a moment old may have no service account yet: the Pod is made a moment later."""
    fake.serve("POST", PODS, Page({"message": "no account"}, 403), Page({}, 201))
    assert pods.address("master") == "10.122.0.7"


def test_pod_that_can_never_be_made_is_a_problem(fake: FakeConnection, pods: ProbePods) -> None:
    """What keeps a Pod from being made is told, after its time."""
    fake.serve("POST", PODS, Page({"message": "quota"}, 403))
    with pytest.raises(TransportError, match=r"could not be made within 60 s .*quota"):
        pods.address("master")


NO_ACCOUNT = Page({"message": 'error looking up service account: serviceaccount "default" not found'}, 403)
NO_LEADER = Page({"message": "etcdserver: leader changed"}, 500)


@pytest.mark.parametrize("answer", [NO_ACCOUNT, NO_LEADER])
@pytest.mark.parametrize("path", ["/api/v1/namespaces", PODS])
def test_a_cluster_that_has_just_started_is_waited_for(
    fake: FakeConnection, pods: ProbePods, answer: Page, path: str
) -> None:
    """After a restart of the API a namespace and its account may take 50 s; the Pod's own 20 s begin only then."""
    fake.serve("POST", path, *[answer] * (100 if path != PODS else 330), Page({}, 201))
    fake.serve("GET", LOOKER, *[pod("Pending")] * 120, pod("Running", "10.122.0.7"))
    assert pods.address("master") == "10.122.0.7"


def test_nobody_waits_twice_for_what_does_not_come(fake: FakeConnection, pods: ProbePods) -> None:
    """What was waited for in vain is waited for less by whoever wants it next."""
    fake.serve("POST", PODS, NO_ACCOUNT)
    for seconds in (60, 20, 20):
        with pytest.raises(TransportError, match=f"within {seconds} s"):
            pods.address("master")


def test_begun_ahead_serves_all(fake: FakeConnection, pods: ProbePods) -> None:
    """Looks that were begun ahead need no further Pods."""
    fake.serve("GET", "/reach/", Page("Welcome to nginx!"))
    pods.begin_ahead("master", "node")
    assert pods.greet("node", "master").saw == "Welcome to nginx!"
    assert pods.address("master") == "10.122.0.7"
    assert sum(path.endswith("/pods") for path in asked(fake, "POST")) == 2
    pods.close()


@pytest.mark.parametrize("said", ["", "evil/../", "10.0.0.1:22/x@y", "<b>", None, 7 * "9", {}])
def test_only_an_address_is_an_address(said: object) -> None:
    """What becomes part of a URL is an address or nothing: the API may be the student's own."""
    assert parse({"spec": {}, "status": {"phase": "Running", "podIP": said}}).address == ""
    calico = {"cni.projectcalico.org/podIP": said}
    assert parse({"metadata": {"annotations": calico}, "spec": {}, "status": {}}).address == ""
