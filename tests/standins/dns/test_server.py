import socket
from collections.abc import Callable, Iterator
from threading import Event, Thread

import pytest
from dnslib import RCODE, DNSRecord

from labproof.ground.wait import Deadline, wait_until
from standins.dns.resolving import Names, Resolver
from standins.dns.server import TcpServer, UdpServer, status_app
from standins.serving import Request
from tests.standins.fake_cluster import POWERLESS, FakeCluster

WEB = "/api/v1/namespaces/default/services/web"
Ask = Callable[[str], DNSRecord]


@pytest.fixture
def names(cluster: FakeCluster) -> Iterator[Names]:
    stop = Event()
    found = Names(cluster.api(), "cluster.local")
    found.start(stop)
    yield found
    stop.set()


@pytest.fixture
def ask(names: Names) -> Iterator[Ask]:
    with UdpServer(("127.0.0.1", 0), Resolver(names, (), 53).answer) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()

        def over_udp(name: str) -> DNSRecord:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
                connection.settimeout(5)
                connection.sendto(DNSRecord.question(name).pack(), server.server_address)
                return DNSRecord.parse(connection.recv(4096))

        yield over_udp
        server.shutdown()


def addresses(reply: DNSRecord) -> list[str]:
    return [str(record.rdata) for record in reply.rr]


def eventually(ask: Ask, expected: list[str]) -> None:
    name = "web.default.svc.cluster.local"
    wait_until(lambda: addresses(ask(name)), lambda found: found == expected, Deadline(5), "the change", every=0.02)


def test_follows_the_cluster(cluster: FakeCluster, ask: Ask) -> None:
    """Over a real socket, a Service is found as soon as it exists and gone when it is deleted."""
    eventually(ask, [])
    cluster.put(WEB, spec={"clusterIP": "10.10.0.7"})
    eventually(ask, ["10.10.0.7"])
    cluster.remove(WEB)
    eventually(ask, [])
    assert RCODE[ask("web.default.svc.cluster.local").header.rcode] == "NXDOMAIN"


def test_lists_again_when_the_history_is_lost(cluster: FakeCluster, ask: Ask) -> None:
    """After 410 Gone everything is listed anew."""
    cluster.put(WEB, spec={"clusterIP": "10.10.0.7"})
    eventually(ask, ["10.10.0.7"])
    cluster.forget_history()
    cluster.put(WEB, spec={"clusterIP": "10.10.0.8"})
    eventually(ask, ["10.10.0.8"])


def test_answers_over_tcp(cluster: FakeCluster, names: Names) -> None:
    """Over TCP every query of a connection is answered."""
    cluster.put(WEB, spec={"clusterIP": "10.10.0.7"})
    wait_until(lambda: names.zone, lambda zone: zone is not None, Deadline(5), "the change", every=0.02)
    query = DNSRecord.question("web.default.svc.cluster.local").pack()
    with TcpServer(("127.0.0.1", 0), Resolver(names, (), 53).answer) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        with socket.create_connection(server.server_address, timeout=5) as connection:
            for _ in range(2):
                connection.sendall(len(query).to_bytes(2, "big") + query)
                size = int.from_bytes(connection.recv(2), "big")
                DNSRecord.parse(connection.recv(size))
        server.shutdown()


def test_ready_only_when_synced(cluster: FakeCluster) -> None:
    """Readiness is 503 until the lists are here; health is 200 at once."""
    names = Names(cluster.api(), "cluster.local")
    app = status_app(names)
    assert app(_get("/health")).status == 200
    assert app(_get("/ready")).status == 503
    stop = Event()
    names.start(stop)
    wait_until(lambda: app(_get("/ready")).status, lambda status: status == 200, Deadline(5), "the change", every=0.02)
    stop.set()


def test_no_rights_is_told_by_readiness_and_log(
    cluster: FakeCluster, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Without its ClusterRoleBinding it is alive and never ready, and says why in CoreDNS's words."""
    caplog.set_level("INFO")
    names, stop, said = Names(cluster.api(POWERLESS), "cluster.local"), Event(), []
    names.start(stop)

    def heard() -> str:
        said.append(capsys.readouterr().err)
        return "".join(said)

    wait_until(heard, lambda found: "*v1.Service:" in found, Deadline(5), "the complaint", every=0.02)
    stop.set()
    assert "Failed to list *v1.Service: services is forbidden: User" in heard()
    reply = status_app(names)(_get("/ready"))
    assert (reply.status, reply.body) == (503, b"kubernetes\n")
    assert 'plugin/ready: Still waiting on: "kubernetes"' in caplog.messages


def _get(path: str) -> Request:
    return Request("GET", path, path, {}, {})
