"""Pages of the lab's machines: which way each is asked, and only of a machine that was shown to be the one.

A grader may have more than one lab within reach. So the grader itself sends nothing to an address that the
machines' owner did not name; where there is none, another machine of the same lab asks, as a client's would be.
"""

import math
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from labproof.connection import doorway, tunnel
from labproof.connection.base import Command, HttpRequest, HttpResponse
from labproof.connection.http import Http
from labproof.connection.ssh import CONNECT_SECONDS, Ssh, offered_host_key
from labproof.ground.errors import DeadlineExceeded, TransportError, Unproven, Unreachable
from labproof.ground.fault import in_words
from labproof.ground.slowness import stretched
from labproof.ground.wait import Deadline

SSH_PORT = 22
SIGN_OF_LIFE_SECONDS = 5.0
RETRY_AFTER_SECONDS = 30.0
"""How long an address that showed no host key is left alone: every page would wait for it again."""


@dataclass(frozen=True)
class Place:
    """Where a machine is: its address in the lab, host and port of its login, and whether we may go there directly.

    `is_jumped` tells that the login goes through a jump host: it shows nothing of what others find at that address.
    """

    address: str
    login: tuple[str, int]
    is_direct: bool = True
    is_jumped: bool = False


class Pages:
    """Asks pages by the way that leads to their machine; `through` are the ways over the machines' own logins."""

    def __init__(self, machines: Mapping[str, Ssh], places: Mapping[str, Place], through: Mapping[str, Http]) -> None:
        self._machines = machines
        self._places = places
        self._through = through
        self._direct = Http(self._open_direct)
        self._lock = threading.Lock()
        self._shown: dict[str, tuple[Deadline, str]] = {}

    def fetch(self, request: HttpRequest) -> HttpResponse:
        """Ask for a page. Raises Unproven unless its address is that of the machine that we log in to."""
        name = self._owner(urlsplit(request.url).hostname, request)
        self._require_proof(name)
        if self._places[name].is_direct:
            return self._direct.fetch(request)
        way = self._way(name)
        try:
            return self._through[way].fetch(request)
        except (Unreachable, DeadlineExceeded) as problem:
            self._require_life(name, way, problem)
            raise

    def open_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """Open a connection to a page, for a browser. Raises what `fetch` raises, before a packet is sent."""
        name = self._owner(host, f"{host}:{port}")
        self._require_proof(name)
        if self._places[name].is_direct:
            return doorway.opened(host, port, timeout)
        way = self._way(name)
        try:
            return tunnel.open_socket(self._machines[way], host, port, timeout)
        except Unreachable as problem:
            self._require_life(name, way, problem)
            raise

    def require_owner(self, request: HttpRequest) -> None:
        """Raise Unproven for a request with a credential that would leave the machine that it goes through."""
        place = self._places[request.via]
        if request.credential and urlsplit(request.url).hostname != place.address:
            raise Unproven(f"{request}: expected {request.via}'s own address {place.address}; nothing was sent")

    def close(self) -> None:
        """Close every connection, and forget what was shown: the next one may lead elsewhere."""
        self._direct.close()
        with self._lock:
            self._shown.clear()

    def _owner(self, host: str | None, asked: object) -> str:
        """Return the machine whose address it is. Raises Unproven for any other address."""
        name = next((name for name, place in self._places.items() if place.address == host), None)
        if name is None:
            raise Unproven(f"{asked}: {host} is no machine's address in this lab; nothing was sent")
        return name

    def _way(self, name: str) -> str:
        """Return the machine that asks: another one, since a machine's own packets take other paths to its pages."""
        return next((other for other in self._machines if other != name), name)

    def _require_proof(self, name: str) -> None:
        """Raise Unproven unless the machine's own host key is what its address shows; it is looked at once."""
        with self._lock:
            if name not in self._shown or self._shown[name][0].is_expired:
                self._shown[name] = self._difference(name)
            if difference := self._shown[name][1]:
                raise Unproven(difference)

    def _difference(self, name: str) -> tuple[Deadline, str]:
        """Return how what answers at the address differs from the machine, nothing when it is, and for how long."""
        place = self._places[name]
        try:
            own = self._machines[name].host_key()
            # The login itself went to that address.
            is_proof = place.login == (place.address, SSH_PORT) and not place.is_jumped
            offered = own if is_proof else self._offered(name)
        except (TransportError, OSError) as problem:
            return Deadline(RETRY_AFTER_SECONDS), (
                f"{name}: nothing shows that {place.address} is this machine, so its pages are not asked:"
                f" expected its SSH server at {place.address}:{SSH_PORT}{self._seen_from(name)}, found:"
                f" {in_words(problem)}; correct `address` of {name} in the inventory, or let sshd listen there"
            )
        if offered == own:
            return Deadline(math.inf), ""
        return Deadline(math.inf), (
            f"{name}: another machine answers at {place.address}, so its pages are not asked: expected the host key"
            f" {own} of the login at {place.login[0]}:{place.login[1]}, found {offered} at"
            f" {place.address}:{SSH_PORT}{self._seen_from(name)}; correct `address` of {name} in the inventory"
        )

    def _offered(self, name: str) -> str:
        address, seconds = self._places[name].address, stretched(CONNECT_SECONDS)
        if self._places[name].is_direct:
            return offered_host_key(self._open_direct(address, SSH_PORT, seconds), seconds)
        way = self._machines[self._way(name)]
        return offered_host_key(tunnel.open_socket(way, address, SSH_PORT, seconds), seconds)

    def _seen_from(self, name: str) -> str:
        return "" if self._places[name].is_direct else f" as {self._way(name)} sees it"

    def _require_life(self, name: str, way: str, problem: TransportError) -> None:
        """Raise Unproven when it is the machine on the way that does not answer: that says nothing about the page."""
        try:
            self._machines[way].run(Command(way, ":", stretched(SIGN_OF_LIFE_SECONDS)))
        except TransportError as lost:
            raise Unproven(f"{name}: its pages are asked through {way}, which does not answer: {lost}") from problem

    def _open_direct(self, host: str, port: int, timeout: float) -> socket.socket:
        """Open a connection from the grader. Raises Unproven for an address that the inventory does not name."""
        if not any(place.is_direct and place.address == host for place in self._places.values()):
            raise Unproven(f"{host}:{port} is not an address that the inventory names; nothing was sent")
        return socket.create_connection((host, port), timeout)
