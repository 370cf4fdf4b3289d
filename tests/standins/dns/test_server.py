import socket
from collections.abc import Callable, Iterator
from threading import Event, Thread

import pytest
from dnslib import RCODE, DNSRecord

from labproof.ground.wait import Deadline, wait_until
from standins.dns.server import Names, TcpServer, UdpServer, domain_of, status_app
from standins.serving import Request
from tests.standins.fake_cluster import FakeCluster

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
    with UdpServer(("127.0.0.1", 0), names.answer) as server:
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
    with TcpServer(("127.0.0.1", 0), names.answer) as server:
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


@pytest.mark.parametrize(
    ("corefile", "domain"),
    [
        (".:53 {\n    kubernetes lab.test in-addr.arpa ip6.arpa {\n       ttl 30\n    }\n}", "lab.test"),
        (".:53 {\n    # kubernetes other.test\n    errors\n}", "cluster.local"),
        ("", "cluster.local"),
    ],
)
def test_domain_comes_from_the_corefile(corefile: str, domain: str) -> None:
    """The domain is the one of the Corefile's kubernetes line."""
    assert domain_of(corefile) == domain


def _get(path: str) -> Request:
    return Request("GET", path, path, {}, {})
