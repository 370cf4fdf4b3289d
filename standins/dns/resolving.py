"""From the cluster's Services, and from other name servers, to the answer to a query."""

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from threading import Event, Lock

from dnslib import QTYPE, DNSRecord  # type: ignore[import-untyped]

from standins.cluster_api import ClusterApi
from standins.dns import words
from standins.dns.answers import answer, failed, name_of, parse
from standins.dns.forwarding import Server, UpstreamFailed, forward
from standins.dns.loop import LoopWatch
from standins.dns.zone import Endpoint, ServiceName, Zone, endpoints_of
from standins.mirroring import Mirror

LOG = logging.getLogger(__name__)
FORWARDED_AT_ONCE = 32

Client = tuple[str, int]
Answered = bytes | Future[bytes] | None


class Names:
    """The zone as it is now, laid out again after each change; None until both lists are here."""

    def __init__(self, api: ClusterApi, domain: str) -> None:
        self._lock = Lock()
        services, endpoints, complain = "/api/v1/services", "/api/v1/endpoints", partial(words.listing_failed, api.url)
        self._services = Mirror(api, services, ServiceName.of, self._lay_out, complain)
        self._endpoints: Mirror[tuple[Endpoint, ...]] = Mirror(api, endpoints, endpoints_of, self._lay_out, complain)
        self.domain = domain
        self.zone: Zone | None = None

    def start(self, stop: Event) -> None:
        """Begin to follow the cluster."""
        self._services.start(stop)
        self._endpoints.start(stop)

    def hold(self, name: str) -> bool:
        """Tell whether a name is the cluster's own, known or not."""
        return bool(self.domain) and Zone(self.domain).holds(name)

    @property
    def are_ready(self) -> bool:
        """Tell whether there is nothing to wait for."""
        return not self.domain or self.zone is not None

    def _lay_out(self) -> None:
        # Two threads report changes; the later layout must be the one that stays.
        with self._lock:
            if self._services.synced.is_set() and self._endpoints.synced.is_set():
                services = self._services.objects().values()
                self.zone = Zone.of(self.domain, services, self._endpoints.objects())


class Resolver:
    """Answers from the zone at once, and passes on what is not the cluster's."""

    def __init__(self, names: Names, servers: tuple[Server, ...], port: int, loop: LoopWatch | None = None) -> None:
        self._names = names
        self._servers = servers
        self._port = port
        self._loop = loop
        self._pool = ThreadPoolExecutor(FORWARDED_AT_ONCE, thread_name_prefix="forward")
        self.asked = 0

    def answer(self, wire: bytes, udp: bool, client: Client) -> Answered:
        """Answer one query from the zone as it is now, or later what another server answers."""
        self.asked += 1
        query = parse(wire)
        if query is None:
            return None
        if self._loop:
            self._loop.see(query, client, self._port)
        if self._servers and not self._names.hold(name_of(query)):
            return self._pool.submit(self._forward, query, wire)
        zone = self._names.zone if self._names.domain else Zone("")
        return answer(zone, query, udp)

    def _forward(self, query: DNSRecord, wire: bytes) -> bytes:
        try:
            return forward(wire, self._servers)
        except UpstreamFailed as error:
            kind = QTYPE.get(query.q.qtype)
            LOG.error("plugin/errors: 2 %s %s: %s", query.q.qname, kind, error)
            return failed(query)
