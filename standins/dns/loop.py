"""Finding out that questions come back: one is asked at the start that nobody else asks (CoreDNS's plugin loop)."""

import random
import socket
from collections.abc import Callable
from threading import Lock

from dnslib import QTYPE, DNSRecord  # type: ignore[import-untyped]

MOST_SEEN = 2
LIMIT_SECONDS = 6.0


class LoopWatch:
    """Counts how often its own question arrives; more than twice is a loop, and then `found` is told."""

    def __init__(self, found: Callable[[str], None], zone: str = ".") -> None:
        self.name = f"{random.getrandbits(62)}.{random.getrandbits(62)}."
        self._found = found
        self._zone = zone
        self._seen = 0
        self._lock = Lock()

    def see(self, query: DNSRecord, client: tuple[str, int], port: int) -> None:
        """Count a question where it is ours."""
        if query.q.qtype != QTYPE.HINFO or str(query.q.qname).rstrip(".") != self.name.rstrip("."):
            return
        with self._lock:
            self._seen += 1
            is_loop = self._seen == MOST_SEEN + 1
        if is_loop:
            # CoreDNS 1.7.0 plugin/loop/loop.go
            self._found(
                f'plugin/loop: Loop ({client[0]}:{client[1]} -> :{port}) detected for zone "{self._zone}", see '
                f'https://coredns.io/plugins/loop#troubleshooting. Query: "HINFO {self.name}"'
            )

    def ask(self, port: int) -> None:
        """Ask our own server the question, and wait for its answer or the limit."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
            connection.settimeout(LIMIT_SECONDS)
            try:
                connection.sendto(DNSRecord.question(self.name, "HINFO").pack(), ("127.0.0.1", port))
                connection.recv(512)
            except OSError:
                return  # no answer is what a server without an upstream gives; only a loop matters here
