"""From a DNS query on the wire to its answer on the wire."""

from dnslib import (  # type: ignore[import-untyped]
    CNAME,
    NS,
    PTR,
    QTYPE,
    RCODE,
    RR,
    SOA,
    A,
    DNSError,
    DNSHeader,
    DNSRecord,
)

from standins.dns.zone import Found, Zone

TTL = 30
NEGATIVE_TTL = 5
PLAIN_UDP_BYTES = 512
QUERY = 0


def parse(wire: bytes) -> DNSRecord | None:
    """Read a query, or return None where what came is none."""
    try:
        query = DNSRecord.parse(wire)
    except DNSError:
        return None
    return None if query.header.qr or not query.questions else query


def name_of(query: DNSRecord) -> str:
    """Return the name that is asked for, in lower case and without its last dot."""
    return str(query.q.qname).rstrip(".").lower()


def failed(query: DNSRecord) -> bytes:
    """Return the answer of a server that could not find out."""
    reply = query.reply(ra=1, aa=0)
    reply.header.rcode = RCODE.SERVFAIL
    packed: bytes = reply.pack()
    return packed


def answer(zone: Zone | None, query: DNSRecord, udp: bool) -> bytes:
    """Return the answer to a query; no zone means not ready yet."""
    reply = query.reply(ra=0, aa=1)
    if query.header.opcode != QUERY:
        reply.header.rcode = RCODE.NOTIMP
    elif zone is None:
        reply.header.rcode = RCODE.SERVFAIL
    else:
        _fill(reply, zone)
    packed: bytes = reply.pack()
    if udp and len(packed) > _room(query):
        packed = _truncated(reply)
    return packed


def _fill(reply: DNSRecord, zone: Zone) -> None:
    asked = str(reply.q.qname)
    name = name_of(reply)
    if not zone.holds(name):
        # Without the plugin forward nobody answers for the outside.
        reply.header.aa = 0
        reply.header.rcode = RCODE.REFUSED
        return
    found = zone.find(name)
    if found is None:
        reply.header.rcode = RCODE.NXDOMAIN
    else:
        for record in _records(asked, name, found, reply.q.qtype, zone):
            reply.add_answer(record)
    if not reply.rr:
        reply.add_auth(_start_of_authority(zone))


def _records(asked: str, name: str, found: Found, kind: int, zone: Zone) -> list[RR]:
    if found.alias and kind in (QTYPE.A, QTYPE.AAAA, QTYPE.CNAME):
        return [RR(asked, QTYPE.CNAME, ttl=TTL, rdata=CNAME(found.alias))]
    if kind == QTYPE.PTR and found.pointer:
        return [RR(asked, QTYPE.PTR, ttl=TTL, rdata=PTR(found.pointer))]
    if kind == QTYPE.SOA and name == zone.domain:
        return [_start_of_authority(zone)]
    if kind == QTYPE.NS and name == zone.domain:
        return [RR(asked, QTYPE.NS, ttl=TTL, rdata=NS(f"ns.dns.{zone.domain}"))]
    if kind in (QTYPE.A, QTYPE.ANY):
        return [RR(asked, QTYPE.A, ttl=TTL, rdata=A(address)) for address in found.addresses]
    return []


def _start_of_authority(zone: Zone) -> RR:
    times = (1, 7200, 1800, 86400, NEGATIVE_TTL)
    source = SOA(f"ns.dns.{zone.domain}", f"stand-in.{zone.domain}", times)
    return RR(zone.domain, QTYPE.SOA, ttl=NEGATIVE_TTL, rdata=source)


def _room(query: DNSRecord) -> int:
    sizes: list[int] = [record.edns_len for record in query.ar if record.rtype == QTYPE.OPT]
    return max([PLAIN_UDP_BYTES, *sizes])


def _truncated(reply: DNSRecord) -> bytes:
    header = DNSHeader(id=reply.header.id, bitmap=reply.header.bitmap, q=len(reply.questions))
    header.tc = 1
    packed: bytes = DNSRecord(header, questions=reply.questions).pack()
    return packed
