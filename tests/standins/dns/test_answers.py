import pytest
from dnslib import QTYPE, RCODE, DNSRecord

from standins.dns.answers import answer, failed, parse
from standins.dns.zone import Endpoint, ServiceName, Zone

SERVICES = [ServiceName("web", "default", "10.10.0.7"), ServiceName("many", "default", "None")]
MANY = tuple(Endpoint(f"10.122.0.{number}", f"p{number}") for number in range(1, 120))
ZONE = Zone.of("cluster.local", SERVICES, {"default/many": MANY})


def ask(name: str, kind: str = "A", zone: Zone | None = ZONE, udp: bool = True) -> DNSRecord:
    query = parse(DNSRecord.question(name, kind).pack())
    return DNSRecord.parse(answer(zone, query, udp))


@pytest.mark.parametrize(
    ("name", "kind", "code", "found"),
    [
        ("web.default.svc.cluster.local", "A", "NOERROR", ["10.10.0.7"]),
        ("WEB.Default.svc.cluster.local", "A", "NOERROR", ["10.10.0.7"]),
        ("web.default.svc.cluster.local", "AAAA", "NOERROR", []),
        ("gone.default.svc.cluster.local", "A", "NXDOMAIN", []),
        ("web.default.svc.cluster.local.cluster.local", "A", "NXDOMAIN", []),
        ("7.0.10.10.in-addr.arpa", "PTR", "NOERROR", ["web.default.svc.cluster.local."]),
        ("9.9.9.9.in-addr.arpa", "PTR", "NXDOMAIN", []),
        ("example.com", "A", "REFUSED", []),
        ("com", "A", "REFUSED", []),
    ],
)
def test_answers(name: str, kind: str, code: str, found: list[str]) -> None:
    """Each kind of name gets its code and its records."""
    reply = ask(name, kind)
    assert RCODE[reply.header.rcode] == code
    assert [str(record.rdata) for record in reply.rr] == found


def test_negative_answer_says_how_long() -> None:
    """A name that does not exist comes with the zone's authority, so that it is cached briefly."""
    assert [QTYPE[record.rtype] for record in ask("gone.default.svc.cluster.local").auth] == ["SOA"]


def test_not_synced_is_a_server_failure() -> None:
    """Before the first sync nothing is denied: the answer is SERVFAIL."""
    assert RCODE[ask("web.default.svc.cluster.local", zone=None).header.rcode] == "SERVFAIL"


def test_long_answer_is_truncated_over_udp_only() -> None:
    """What does not fit into UDP is marked as truncated, and comes in full over TCP."""
    name = "many.default.svc.cluster.local"
    assert ask(name).header.tc == 1
    assert len(ask(name, udp=False).rr) == len(MANY)


@pytest.mark.parametrize("wire", [b"", b"\x00", b"\xff" * 40, DNSRecord.question("a.b").reply().pack()])
def test_what_is_no_query_gets_no_answer(wire: bytes) -> None:
    """Garbage and answers are not answered."""
    assert parse(wire) is None


def test_failure_is_told() -> None:
    """What could not be found out is answered with SERVFAIL, under the number of the question."""
    query = DNSRecord.question("example.com")
    reply = DNSRecord.parse(failed(query))
    assert (RCODE[reply.header.rcode], reply.header.id) == ("SERVFAIL", query.header.id)
