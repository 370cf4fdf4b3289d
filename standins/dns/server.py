"""Answers DNS on port 53 from a live copy of the cluster's Services; deployed by kubeadm's CoreDNS manifest."""

import argparse
import logging
import socketserver
from collections.abc import Callable
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

from standins.cluster_api import ClusterApi
from standins.dns.answers import answer
from standins.dns.zone import Endpoint, ServiceName, Zone, endpoints_of
from standins.lifetime import begin, wait_for_end
from standins.mirroring import Mirror
from standins.serving import Reply, Request, Server

LOG = logging.getLogger(__name__)
DEFAULT_DOMAIN = "cluster.local"
HEALTH_PORT, READY_PORT, METRICS_PORT = 8080, 8181, 9153
TCP_SILENCE_SECONDS = 5.0


class Names:
    """The zone as it is now, laid out again after each change; None until both lists are here."""

    def __init__(self, api: ClusterApi, domain: str) -> None:
        self._domain = domain
        self._lock = Lock()
        self._services: Mirror[ServiceName] = Mirror(api, "/api/v1/services", ServiceName.of, self._lay_out)
        self._endpoints: Mirror[tuple[Endpoint, ...]] = Mirror(api, "/api/v1/endpoints", endpoints_of, self._lay_out)
        self.zone: Zone | None = None
        self.asked = 0

    def start(self, stop: Event) -> None:
        """Begin to follow the cluster."""
        self._services.start(stop)
        self._endpoints.start(stop)

    def answer(self, wire: bytes, udp: bool) -> bytes | None:
        """Answer one query from the zone as it is now."""
        self.asked += 1
        return answer(self.zone, wire, udp)

    def _lay_out(self) -> None:
        # Two threads report changes; the later layout must be the one that stays.
        with self._lock:
            if self._services.synced.is_set() and self._endpoints.synced.is_set():
                services = self._services.objects().values()
                self.zone = Zone.of(self._domain, services, self._endpoints.objects())


Answering = Callable[[bytes, bool], bytes | None]


class UdpServer(socketserver.UDPServer):
    """DNS over UDP, one query at a time: every answer comes from memory."""

    max_packet_size = 4096
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], answering: Answering) -> None:
        self._answering = answering
        super().__init__(address, socketserver.BaseRequestHandler)

    def finish_request(self, request: Any, client_address: Any) -> None:
        wire, connection = request
        reply = self._answering(wire, True)
        if reply is not None:
            connection.sendto(reply, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        LOG.debug("query from %s failed", client_address, exc_info=True)


class _TcpHandler(socketserver.StreamRequestHandler):
    timeout = TCP_SILENCE_SECONDS
    server: "TcpServer"

    def handle(self) -> None:
        while len(size := self.rfile.read(2)) == 2:
            reply = self.server.answering(self.rfile.read(int.from_bytes(size, "big")), False)
            if reply is None:
                return
            self.wfile.write(len(reply).to_bytes(2, "big") + reply)


class TcpServer(socketserver.ThreadingTCPServer):
    """DNS over TCP, for answers too long for UDP."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], answering: Answering) -> None:
        self.answering = answering
        super().__init__(address, _TcpHandler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        LOG.debug("connection from %s ended early", client_address, exc_info=True)


def domain_of(corefile: str) -> str:
    """Return the domain that a Corefile's kubernetes line names, or cluster.local."""
    for line in corefile.splitlines():
        words = line.split("#")[0].split()
        if len(words) >= 2 and words[0] == "kubernetes" and words[1] != "{":
            return words[1].rstrip(".").lower()
    return DEFAULT_DOMAIN


def status_app(names: Names) -> Callable[[Request], Reply]:
    """Return the app for health, readiness (503 until synced) and one metric."""

    def app(request: Request) -> Reply:
        if request.path == "/health":
            return Reply.of_text("OK")
        if request.path == "/ready":
            return Reply.of_text("OK") if names.zone else Reply.of_text("not synced with the API yet", 503)
        if request.path == "/metrics":
            return Reply.of_text(f"standin_dns_queries_total {names.asked}")
        return Reply.of_text("404 page not found", 404)

    return app


def main(arguments: list[str]) -> int:
    """Serve until SIGTERM; return 0."""
    parser = argparse.ArgumentParser(prog="dns", description="cluster DNS, a stand-in made for rehearsals")
    parser.add_argument("-conf", type=Path, default=Path("/etc/coredns/Corefile"))
    parser.add_argument("-port", type=int, default=53)
    options = parser.parse_args(arguments)
    stop = begin()
    domain = domain_of(options.conf.read_text() if options.conf.exists() else "")
    names = Names(ClusterApi.in_cluster("dns-stand-in"), domain)
    names.start(stop)
    for port in (HEALTH_PORT, READY_PORT, METRICS_PORT):
        Server(("0.0.0.0", port), status_app(names)).start()
    for server in (
        UdpServer(("0.0.0.0", options.port), names.answer),
        TcpServer(("0.0.0.0", options.port), names.answer),
    ):
        Thread(target=server.serve_forever, daemon=True).start()
    LOG.info("stand-in for CoreDNS, made for rehearsals: serving %s", domain)
    wait_for_end(stop)
    return 0
