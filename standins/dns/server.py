"""Answers DNS on port 53 from a live copy of the cluster's Services; deployed by kubeadm's CoreDNS manifest."""

import argparse
import errno
import hashlib
import logging
import os
import socketserver
import sys
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from threading import Event, Thread
from typing import Any

from standins.cluster_api import ClusterApi
from standins.dns import words
from standins.dns.corefile import Corefile, CorefileError, upstreams
from standins.dns.corefile import parse as parse_corefile
from standins.dns.forwarding import Server as Upstream
from standins.dns.loop import LoopWatch
from standins.dns.resolving import Answered, Client, Names, Resolver
from standins.lifetime import begin, wait_for_end
from standins.serving import Reply, Request, Server

LOG = logging.getLogger(__name__)
HEALTH_PORT, READY_PORT, METRICS_PORT = 8080, 8181, 9153
TCP_SILENCE_SECONDS = 5.0

Answering = Callable[[bytes, bool, Client], Answered]


class UdpServer(socketserver.UDPServer):
    """DNS over UDP, one query at a time: an answer comes from memory, or later from another server."""

    max_packet_size = 4096
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], answering: Answering) -> None:
        self._answering = answering
        super().__init__(address, socketserver.BaseRequestHandler)

    def finish_request(self, request: Any, client_address: Any) -> None:
        wire, connection = request
        reply = self._answering(wire, True, client_address)
        if isinstance(reply, Future):
            reply.add_done_callback(lambda done: connection.sendto(done.result(), client_address))
        elif reply is not None:
            connection.sendto(reply, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        LOG.debug("query from %s failed", client_address, exc_info=True)


class _TcpHandler(socketserver.StreamRequestHandler):
    timeout = TCP_SILENCE_SECONDS
    server: "TcpServer"

    def handle(self) -> None:
        while len(size := self.rfile.read(2)) == 2:
            wire = self.rfile.read(int.from_bytes(size, "big"))
            reply = self.server.answering(wire, False, self.client_address)
            if reply is None:
                return
            if isinstance(reply, Future):
                reply = reply.result()
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


def status_app(names: Names, resolver: Resolver | None = None) -> Callable[[Request], Reply]:
    """Return the app for health, readiness (503 until synced) and one metric."""

    def app(request: Request) -> Reply:
        if request.path == "/health":
            return Reply.of_text("OK")
        if request.path == "/ready":
            if names.are_ready:
                return Reply.of_text("OK")
            LOG.info('plugin/ready: Still waiting on: "kubernetes"')
            return Reply.of_text("kubernetes", 503)
        if request.path == "/metrics":
            return Reply.of_text(f"standin_dns_queries_total {resolver.asked if resolver else 0}")
        return Reply.of_text("404 page not found", 404)

    return app


def read_corefile(path: Path) -> tuple[Corefile, tuple[Upstream, ...]]:
    """Return a Corefile and the servers that it names; raise CorefileError or OSError."""
    corefile = parse_corefile(path.read_text(), str(path))
    return corefile, upstreams(corefile)


def give_up(text: str) -> None:
    """End the program at once, wherever it is, with CoreDNS's last words."""
    LOG.critical("%s", text)
    os._exit(1)


def serve(resolver: Resolver, port: int) -> int:
    """Begin to answer over UDP and TCP, in threads that end with the program; return the port, found free where 0."""
    udp = UdpServer(("0.0.0.0", port), resolver.answer)
    own = int(udp.server_address[1])
    try:
        tcp = TcpServer(("0.0.0.0", own), resolver.answer)
    except OSError as error:
        udp.server_close()
        if port or error.errno != errno.EADDRINUSE:
            raise
        return serve(resolver, port)
    for server in (udp, tcp):
        Thread(target=server.serve_forever, daemon=True).start()
    return own


def main(arguments: list[str]) -> int:
    """Serve until SIGTERM, and for the lameduck seconds after it; return 0, or 1 where the Corefile forbids it."""
    parser = argparse.ArgumentParser(prog="dns", description="cluster DNS, a stand-in made for rehearsals")
    parser.add_argument("-conf", type=Path, default=Path("/etc/coredns/Corefile"))
    parser.add_argument("-port", type=int, default=53, help="0: any that is free, and said")
    options = parser.parse_args(arguments)
    stop = begin(words.CoreDnsFormatter())
    try:
        corefile, servers = read_corefile(options.conf)
    except (CorefileError, OSError) as error:
        print(error, file=sys.stderr, flush=True)
        return 1
    names = Names(ClusterApi.in_cluster("dns-stand-in"), corefile.domain)
    loop = LoopWatch(give_up) if corefile.find("loop") else None
    resolver = Resolver(names, servers, options.port, loop)
    port = run(corefile, names, resolver, options.port, stop)
    introduce(corefile, options.conf, port)
    if loop:
        Thread(target=loop.ask, args=(port,), name="loop", daemon=True).start()
    wait_for_end(Event())
    end(corefile.lameduck)
    stop.set()
    # Questions that are still out with other servers need not be waited for.
    os._exit(0)


def run(corefile: Corefile, names: Names, resolver: Resolver, port: int, stop: Event) -> int:
    """Begin to follow the cluster, to answer (return on which port), and to tell of itself where the Corefile says."""
    if names.domain:
        names.start(stop)
    for plugin, status_port in (("health", HEALTH_PORT), ("ready", READY_PORT), ("prometheus", METRICS_PORT)):
        if corefile.find(plugin):
            Server(("0.0.0.0", status_port), status_app(names, resolver)).start()
    return serve(resolver, port)


def introduce(corefile: Corefile, path: Path, port: int) -> None:
    """Say what is served, in the order of CoreDNS's first lines."""
    print(", ".join(corefile.keys) if port == 53 else f".:{port}", file=sys.stderr, flush=True)
    if corefile.find("reload"):
        digest = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
        LOG.info("plugin/reload: Running configuration MD5 = %s", digest)
    print(words.BANNER, file=sys.stderr, flush=True)


def end(lameduck: float) -> None:
    """Go on for the lameduck seconds, since somebody may still ask; say so."""
    LOG.info("SIGTERM: Shutting down servers then terminating")
    if lameduck:
        LOG.info("plugin/health: Going into lameduck mode for %gs", lameduck)
        Event().wait(lameduck)
