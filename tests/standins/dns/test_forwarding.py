"""Passing questions on, and giving up."""

import socket
from collections.abc import Iterator
from threading import Thread

import pytest
from dnslib import RR, A, DNSRecord

from standins.dns.forwarding import UpstreamFailed, forward


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """Provide a server on localhost that takes questions and never answers."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        yield server


QUERY = DNSRecord.question("example.com").pack()


def test_answer_is_handed_on(silent: socket.socket) -> None:
    """What another server answers is the answer; one to another question is not taken for it."""

    def serve() -> None:
        wire, client = silent.recvfrom(512)
        query = DNSRecord.parse(wire)
        reply = query.reply()
        reply.add_answer(RR("example.com", rdata=A("10.9.8.7")))
        silent.sendto(DNSRecord.question("other").pack(), client)
        silent.sendto(reply.pack(), client)

    Thread(target=serve, daemon=True).start()
    reply = DNSRecord.parse(forward(QUERY, [silent.getsockname()]))
    assert str(reply.rr[0].rdata) == "10.9.8.7"


def test_silence_is_given_up(silent: socket.socket) -> None:
    """A server that does not answer is asked again and then given up, in the words of CoreDNS's log."""
    to = "{}:{}".format(*silent.getsockname())
    with pytest.raises(UpstreamFailed, match=rf"read udp 127\.0\.0\.1:\d+->{to}: i/o timeout"):
        forward(QUERY, [silent.getsockname()], read_seconds=0.05, give_up=0.06)
    assert len({silent.recv(512) for _ in range(2)}) == 1


def test_refusal_is_given_up() -> None:
    """A machine that refuses is told from one that is silent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closed:
        closed.bind(("127.0.0.1", 0))
        address = closed.getsockname()
    with pytest.raises(UpstreamFailed, match="read: connection refused"):
        forward(QUERY, [address], read_seconds=0.01, give_up=0.0)
