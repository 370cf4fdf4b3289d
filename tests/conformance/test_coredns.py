"""The stand-in for CoreDNS and the grader agree with what the real CoreDNS 1.7.0 shows."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from dnslib import DNSRecord

from labproof.connection.fake import FakeConnection, Page
from standins.cluster_api import ApiError
from standins.dns import forwarding, server
from standins.dns.corefile import CorefileError
from standins.dns.loop import LoopWatch
from standins.dns.resolving import Names
from standins.dns.words import CoreDnsFormatter, reflector_line
from standins.serving import Request
from steps.cluster.api import Cluster
from steps.probes import cluster_dns
from tests.conformance.shown import read, recognised, shape
from tests.standins.dns.test_corefile import KUBEADM
from tests.standins.fake_cluster import FakeCluster

REAL = read("coredns")
FAILURES = {str(entry["id"]): entry for entry in REAL["failure"]}
LABELS = {"k8s-app": "kube-dns"}


def logged(level: int, text: str) -> str:
    """Return a line as the stand-in prints it."""
    return CoreDnsFormatter().format(logging.LogRecord("dns", level, "", 1, "%s", (text,), None))


def loop(_: Path) -> str:
    """Return what the stand-in says of its own question that comes back."""
    said: list[str] = []
    watch = LoopWatch(said.append)
    query = DNSRecord.question(watch.name, "HINFO")
    for _time in range(4):
        watch.see(query, ("127.0.0.1", 55953), 53)
    (text,) = said
    return logged(logging.CRITICAL, text)


def refused(path: Path, corefile: str) -> str:
    """Return what the stand-in says of a Corefile before it ends."""
    path.joinpath("Corefile").write_text(corefile)
    with pytest.raises(CorefileError) as caught:
        server.read_corefile(path / "Corefile")
    return str(caught.value).replace(str(path), "/etc/coredns")


def unknown_word(path: Path) -> str:
    return refused(path, ".:53 {\n    forwad . 8.8.8.8\n}\n")


def no_name_server(path: Path) -> str:
    (path / "resolv.conf").write_text("search lan\n")
    return refused(path, f".:53 {{\n    forward . {path}/resolv.conf\n}}\n")


def no_rights(_: Path) -> str:
    user = 'User "system:serviceaccount:kube-system:coredns"'
    said = f'services is forbidden: {user} cannot list resource "services" in API group "" at the cluster scope'
    return reflector_line("/api/v1/services", ApiError(403, said), datetime.now(UTC))


STAND_IN: dict[str, Callable[[Path], str]] = {
    "loop": loop,
    "unknown word": unknown_word,
    "no name server": no_name_server,
    "no rights": no_rights,
}


@pytest.mark.parametrize("id_", FAILURES)
def test_stand_in_fails_in_corednss_words(id_: str, tmp_path: Path) -> None:
    """Each way to break CoreDNS makes the stand-in say what CoreDNS says, but for times, ports and numbers."""
    assert shape(STAND_IN[id_](tmp_path)) in shape(FAILURES[id_]["log"]).splitlines()


@pytest.mark.parametrize("id_", FAILURES)
def test_grader_knows_the_failure(fake: FakeConnection, api: Cluster, id_: str) -> None:
    """From the log alone the grader tells each way to break CoreDNS from the others."""
    real = FAILURES[id_]
    waits = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 20s restarting failed container"}}
    state = waits if real["restarts"] else {"running": {}}
    container = {"name": "coredns", "state": state, "restartCount": 3 if real["restarts"] else 0, "ready": False}
    pod = {"metadata": {"name": "coredns-1"}, "status": {"containerStatuses": [container]}}
    fake.serve("GET", "/events", Page({"items": []}))
    fake.serve("GET", "/services/kube-dns", Page({"spec": {"clusterIP": "10.10.0.10", "selector": LABELS}}))
    fake.serve("GET", "/endpoints/kube-dns", Page({"subsets": []}))
    deployment = {"spec": {"replicas": 2, "template": {"metadata": {"labels": LABELS}}}}
    fake.serve("GET", "/deployments/coredns", Page(deployment))
    fake.serve("GET", "/pods?labelSelector=", Page({"items": [pod]}))
    fake.serve("GET", "/pods/coredns-1/log", Page(real["log"]))
    found = recognised(cluster_dns.read(api).why("10.10.0.10"))
    assert {name for name in found if name.startswith("calico.dns-")} == {real["known_as"]}


def test_readiness_without_rights(cluster: FakeCluster) -> None:
    """Before it has the cluster's Services CoreDNS is not ready."""
    asked = Request("GET", "/ready", "/ready", {}, {})
    status = server.status_app(Names(cluster.api(), "cluster.local"))(asked).status
    assert status == REAL["ready"]["without_rights"]


def test_silent_upstream_takes_as_long() -> None:
    """A name of the outside fails after as many seconds as CoreDNS takes, whenever the last try begins."""
    least, most = REAL["forward"]["silent_upstream_seconds"]
    tries = int(forwarding.GIVE_UP_SECONDS // forwarding.READ_SECONDS) + 1
    assert least <= tries * forwarding.READ_SECONDS <= most


def test_failed_forward_is_logged_alike() -> None:
    """The line about it is laid out as CoreDNS's plugin errors does."""
    said = "plugin/errors: 2 example.com. A: read udp 127.0.0.1:1->127.0.0.1:2: i/o timeout"
    assert shape(logged(logging.ERROR, said)) == shape(REAL["forward"]["log"])


def test_end_is_as_long_and_in_the_same_words(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With kubeadm's Corefile the stand-in goes on for CoreDNS's lameduck time, and says so in its words."""
    caplog.set_level("INFO")
    waited: list[float] = []
    monkeypatch.setattr(server.Event, "wait", lambda event, seconds: waited.append(seconds))
    corefile = server.parse_corefile(KUBEADM, "Corefile")
    server.end(corefile.lameduck)
    assert waited == [REAL["end"]["lameduck_seconds"]]
    assert [logged(record.levelno, record.getMessage()) for record in caplog.records] == REAL["end"]["log"]
