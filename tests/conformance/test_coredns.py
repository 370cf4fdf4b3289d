"""The stand-in for CoreDNS and the grader agree with what the real CoreDNS 1.7.0 shows."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from dnslib import DNSRecord

from labproof.connection.fake import FakeConnection, Page
from standins.cluster_api import ApiError, ApiUnreachable
from standins.dns import forwarding, server
from standins.dns.corefile import CorefileError
from standins.dns.loop import LoopWatch
from standins.dns.resolving import Names
from standins.dns.words import CoreDnsFormatter, reflector_line
from standins.serving import Request
from steps.cluster.api import Cluster
from steps.pods.manifest import pod
from steps.probes import cluster_dns
from steps.probes.container_log import telling_line
from tests.conformance.shown import read, recognised_in, shape
from tests.standins.dns.test_corefile import KUBEADM
from tests.standins.fake_cluster import FakeCluster

REAL = read("coredns")
FAILURES = {str(entry["id"]): entry for entry in REAL["failure"]}
LABELS = {"k8s-app": "kube-dns"}
URL = "https://10.10.0.1:443"
CRITERIA = ("calico.dns", "join.dns", "reboot.dns", "reboot.dns-on-node")


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
    return reflector_line(URL, "/api/v1/services", ApiError(403, said), datetime.now(UTC))


def no_api(_: Path) -> str:
    lost = ApiUnreachable("no answer")
    lost.__cause__ = TimeoutError()
    return reflector_line(URL, "/api/v1/services", lost, datetime.now(UTC))


COREFILE = """.:53 {
    errors
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
    }
    forward . /etc/resolv.conf
}
"""

STAND_IN: dict[str, Callable[[Path], str]] = {
    "API out of reach": no_api,
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
    serve(fake, {"service": "10.10.0.10", "replicas": 2}, [pod])
    # What is said of names outside comes last, as it does where the lab has no way out.
    fake.serve("GET", "/pods/coredns-1/log", Page("\n".join([real["log"], *REAL["noise"]["lines"]])))
    found = cluster_dns.read(api).why("10.10.0.10")
    assert all(recognised_in(criterion, found) == {real["known_as"]} for criterion in CRITERIA)


def unready(real: dict[str, Any]) -> dict[str, Any]:
    """Return a Pod of CoreDNS that does not come up as this way says."""
    conditions = [{"type": "PodScheduled", "status": "False", "message": real.get("unscheduled")}]
    container = {"name": "coredns", "restartCount": 0, "ready": False, "state": {"waiting": real.get("waits")}}
    return {
        "metadata": {"name": "coredns-1"},
        "status": {
            "conditions": conditions if "unscheduled" in real else [],
            "containerStatuses": [container] if "waits" in real else [],
        },
    }


def serve(fake: FakeConnection, real: dict[str, Any], pods: list[dict[str, Any]]) -> None:
    """Have the API show the cluster's DNS as this way says."""
    event = {
        "type": "Warning",
        "reason": "FailedCreatePodSandBox",
        "message": real.get("event"),
        "involvedObject": {"kind": "Pod", "name": "coredns-1"},
    }
    behind = [{"addresses": [{"ip": address} for address in real["behind"]]}] if "behind" in real else []
    service = {"spec": {"clusterIP": real.get("service"), "selector": LABELS}}
    deployment = {"spec": {"replicas": real["replicas"], "template": {"metadata": {"labels": LABELS}}}}
    fake.serve("GET", "/events", Page({"items": [event] if "event" in real else []}))
    fake.serve("GET", "/services/kube-dns", Page(service, 200 if "service" in real else 404))
    fake.serve("GET", "/endpoints/kube-dns", Page({"subsets": behind}))
    fake.serve("GET", "/deployments/coredns", Page(deployment))
    fake.serve("GET", "/configmaps/coredns", Page({"data": {"Corefile": real.get("corefile", COREFILE)}}))
    fake.serve("GET", "/pods?labelSelector=", Page({"items": pods}))


@pytest.mark.parametrize("real", REAL["way"], ids=lambda entry: str(entry["id"]))
def test_grader_tells_the_ways_apart(fake: FakeConnection, api: Cluster, real: dict[str, Any]) -> None:
    """What the API shows names one cause for each way, wherever DNS is asked; and what is in vain is told at once."""
    serve(fake, real, [unready(real)])
    state = cluster_dns.read(api)
    found = f"no answer from the cluster's DNS; {state.why(real.get('nameserver', '10.10.0.10'))}"
    assert state.is_final is real["settled"]
    for criterion in CRITERIA:
        # On the node other traffic is known to cross, so this one mistake has words of its own there.
        on_node = criterion in ("join.dns", "reboot.dns-on-node") and real["known_as"] == "calico.dns-stopped"
        assert recognised_in(criterion, found) == {"join.dns-stopped" if on_node else real["known_as"]}


def test_what_it_logs_of_other_names_is_no_cause() -> None:
    """A name outside that nobody answers is shown only where nothing else was said."""
    noise, waits = REAL["noise"]["lines"], '[INFO] plugin/ready: Still waiting on: "kubernetes"'
    assert telling_line("\n".join([waits, *noise])) == waits
    assert telling_line("\n".join(noise)).endswith("i/o timeout")


def test_name_is_asked_as_it_is() -> None:
    """A probe Pod asks for a name behind which no search domain is put."""
    (container,) = pod("looker", "master", "nginx", 120)["spec"]["containers"]
    (name,) = (variable["value"] for variable in container["env"] if variable["name"] == "SERVICE")
    assert name.endswith(REAL["name"]["ends_in"])


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
