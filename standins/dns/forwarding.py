"""Passing questions on to other name servers, and giving up on them as late as CoreDNS 1.7.0 does."""

import random
import socket
import time
from collections.abc import Sequence
from threading import Event

READ_SECONDS = 2.0
"""How long one try waits for an answer (CoreDNS 1.7.0 plugin/forward)."""
GIVE_UP_SECONDS = 3.0
"""No try begins later than this: two tries in vain take the 4 s after which SERVFAIL comes."""
AGAIN_SECONDS = 0.5
"""The pause after a server that refuses at once: that of the original's health check."""
SIZE = 65535

Server = tuple[str, int]


class UpstreamFailed(Exception):
    """Report that no server answered, in the words of CoreDNS's log."""


def forward(
    wire: bytes, servers: Sequence[Server], read_seconds: float = READ_SECONDS, give_up: float = GIVE_UP_SECONDS
) -> bytes:
    """Return a server's answer to a query; raise UpstreamFailed after a few seconds (all times in seconds)."""
    begun = time.monotonic()
    order = random.sample(list(servers), len(servers))
    tries = 0
    while True:
        try:
            return _ask(wire, order[tries % len(order)], read_seconds)
        except UpstreamFailed:
            tries += 1
            if time.monotonic() - begun >= give_up:
                raise


def _ask(wire: bytes, server: Server, seconds: float) -> bytes:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
        connection.settimeout(seconds)
        to = f"{server[0]}:{server[1]}"
        try:
            connection.connect(server)
            own = "{}:{}".format(*connection.getsockname())
            connection.send(wire)
            while True:
                answer = connection.recv(SIZE)
                if answer[:2] == wire[:2]:
                    return answer
        except TimeoutError as error:
            raise UpstreamFailed(f"read udp {own}->{to}: i/o timeout") from error
        except ConnectionRefusedError as error:
            Event().wait(min(AGAIN_SECONDS, seconds))
            raise UpstreamFailed(f"read udp {own}->{to}: read: connection refused") from error
        except OSError as error:
            Event().wait(min(AGAIN_SECONDS, seconds))
            raise UpstreamFailed(f"dial udp {to}: connect: {(error.strerror or '').lower()}") from error
