"""Pods of our own that look at the cluster from inside: in one namespace, short-lived, gone afterwards.

A looking Pod answers over HTTP on its own address, and is asked from the machine that it runs on: a kubelet
tells a second later that a Pod has started, and another second later that it has ended. So a Pod tells what it
saw while it runs, and is up as soon as it answers: Calico writes its address on it before the kubelet tells it.
"""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from labproof.connection.base import HttpRequest
from labproof.ground.errors import MachineAway, Refused, TransportError
from labproof.ground.slowness import stretched
from labproof.ground.untrusted import reads_objects
from labproof.ground.wait import Clock, Deadline, poll
from steps.cluster import events
from steps.cluster.api import Cluster
from steps.pods.ahead import Ahead
from steps.pods.manifest import NAMES, REACH, RESOLVER, pod
from steps.pods.namespace import ProbeNamespace
from steps.pods.report import PodReport, parse
from steps.pods.sweeper import Sweeper
from steps.probes import calico, cluster_dns
from steps.probes.cluster_dns import Resolved

SECONDS = 20.0
FRESH_SECONDS = 60.0
"""How long a Pod that was made is asked again instead of making another one, where machines are not slow."""
_LIFETIME_SECONDS = 120.0
"""How long a Pod lasts there, whoever may still want it."""
_ANSWER_SECONDS = 1.0
_EVERY_SECONDS = 0.15
_ASK_SECONDS = 6.0
_SOON_SECONDS = 1.0
"""How long names are waited for before the cluster is asked what is wrong with its DNS."""
_SEEN_CHARACTERS = 4000
_MEANINGS: dict[int, str] = {
    HTTPStatus.OK: "",
    HTTPStatus.BAD_GATEWAY: ": the connection was refused or found no way",
    HTTPStatus.GATEWAY_TIMEOUT: ": nothing came back within 2 s",
}


@dataclass(frozen=True)
class _Begun:
    """A Pod that was made: until when it should be up, and until when it is asked again."""

    name: str
    up_by: Deadline
    fresh: Deadline
    lock: threading.Lock = field(default_factory=threading.Lock)
    """Held by who waits for it: who wants it at the same time need not ask as well."""
    spent: set[str] = field(default_factory=set)
    """What it was asked in vain: whoever asks that again gets another Pod."""


class ProbePods:
    """Makes probe Pods and asks what they see; `image` needs nginx, bash and getent."""

    def __init__(
        self,
        cluster: Cluster,
        image: str,
        ahead: Ahead,
        clock: Clock | None = None,
        start_sweeper: Callable[[str], Sweeper] | None = None,
    ) -> None:
        self._cluster = cluster
        self._image = image
        self._ahead = ahead
        self._clock = clock or Clock()
        self._namespace = ProbeNamespace(cluster, self._clock, start_sweeper)
        self._begun: dict[str, _Begun] = {}
        self._made: Counter[str] = Counter()
        self._lock = threading.Lock()

    def begin_ahead(self, first: str, second: str) -> None:
        """Begin the look that takes longest when a finished cluster is graded; its Pods serve the others too."""
        self._ahead.begin("greet", lambda: self._greet(second, first))

    def address(self, node: str) -> str:
        """Return the address that a Pod on a node gets, or what keeps it from running.

        Raises TransportError where the image for it is not on the machine, as every look does.
        """
        looker = self._up(node)
        return looker.address if looker.is_up else str(looker)

    def resolve(self, node: str) -> Resolved:
        """Return the address that a Pod on a node finds for the API's Service, or why it finds none."""
        looker = self._up(node, NAMES)
        if not looker.is_up:
            return Resolved(says=str(looker))
        missed = "no answer from the cluster's DNS"
        report = self._asked(node, looker, NAMES, "", missed, _SOON_SECONDS)
        if not report.saw and not cluster_dns.read(self._cluster).problem:
            # A resolver that asks a server in vain tries the next one five seconds later.
            report = self._asked(node, looker, NAMES, "", missed, SECONDS)
            if not report.saw:
                self._spend(node, NAMES)
        if found := report.saw.split():
            return Resolved(found[0])
        state = cluster_dns.read(self._cluster)
        server = cluster_dns.nameserver(self._asked(node, looker, RESOLVER, "", "", 0).saw)
        return Resolved(says="; ".join(filter(None, (str(report), state.why(server)))), is_final=state.is_final)

    def greet(self, server_node: str, client_node: str) -> PodReport:
        """Have a Pod on one node fetch the page of a Pod on the other, by that Pod's own address."""
        report = self._ahead.take("greet", lambda: self._greet(server_node, client_node))
        assert isinstance(report, PodReport)
        return report

    def _greet(self, server_node: str, client_node: str) -> PodReport:
        # Both start at the same time; only then is either waited for.
        self._begin(server_node)
        self._begin(client_node, REACH)
        server = self._up(server_node)
        looker = self._up(client_node, REACH)
        if not (server.is_up and looker.is_up):
            return looker if server.is_up else server
        missed = f"no page from the Pod on {server_node} at {server.address}"
        report = self._asked(client_node, looker, REACH, server.address, missed, _ASK_SECONDS)
        if report.saw:
            return report
        self._spend(client_node, REACH)
        said = calico.wrong_addresses(self._cluster)
        return replace(report, trouble="; ".join(filter(None, (report.trouble, said))))

    def _up(self, node: str, question: str = "") -> PodReport:
        """Return what became of a Pod once it is up, has ended, or its time is over."""
        begun = self._begin(node, question)
        with begun.lock:
            report = poll(
                lambda: self._look(begun.name, node),
                lambda r: r.is_up,
                begun.up_by,
                every=_EVERY_SECONDS,
                is_final=lambda r: r.is_over or r.lacks_image,
            ).value
        if report.is_over:
            self._forget(node)
        return report if report.is_up else self._explained(begun.name, node, report)

    def _explained(self, name: str, node: str, report: PodReport) -> PodReport:
        """Return a report with the newest complaint. Raises TransportError where it is our image that is missing."""
        said = events.complaint(self._cluster, self.namespace, [{"metadata": {"name": name}}])
        told = "; ".join(filter(None, (report.trouble, said)))
        is_pulling = not report.lacks_image and events.is_pulling(self._cluster, self.namespace, name)
        if report.lacks_image or is_pulling:
            raise TransportError(
                f"the grader's own Pod on {node} has no image yet, which is no fault of the cluster: {self._image} is"
                f" {'being pulled' if is_pulling else 'not there'} ({told}); load it on {node} and grade again"
            )
        return replace(report, trouble=told)

    def _asked(self, node: str, looker: PodReport, question: str, whom: str, missed: str, seconds: float) -> PodReport:
        """Ask a Pod for what it saw, through the machine that it was made for."""
        request = HttpRequest("GET", f"http://{looker.address}{question}{whom}", via=node, timeout=_ASK_SECONDS)

        def ask() -> PodReport:
            try:
                answer = self._cluster.fetch(request)
            except Refused as problem:
                return replace(looker, trouble=f"the Pod itself does not answer: {problem}")
            if answer.status == HTTPStatus.OK and answer.body.strip():
                return replace(looker, saw=answer.body[:_SEEN_CHARACTERS])
            return replace(looker, trouble=f"{missed}{_MEANINGS.get(answer.status, f': HTTP {answer.status}')}")

        deadline = Deadline(stretched(seconds), self._clock)
        return poll(ask, lambda r: bool(r.saw), deadline, every=_EVERY_SECONDS).value

    def _spend(self, node: str, question: str) -> None:
        """Have whoever asks this again get another Pod."""
        if begun := self._begun.get(node):
            begun.spent.add(question)

    def _begin(self, node: str, question: str = "") -> _Begun:
        """Return the Pod on a node: the one that was made lately, or else a new one."""
        with self._lock:
            begun = self._begun.get(node)
            if begun is not None and not begun.fresh.is_expired and question not in begun.spent:
                return begun
            name = f"looker-{node}-{self._made[node] + 1}"
            # It begins to age when its kubelet hears of it: what a slow machine needs until it is up comes on top.
            slack = stretched(SECONDS) - SECONDS
            self._namespace.create(pod(name, node, self._image, slack + _LIFETIME_SECONDS))
            self._made[node] += 1
            up_by = Deadline(stretched(SECONDS), self._clock)
            fresh = Deadline(slack + FRESH_SECONDS, self._clock)
            made = _Begun(name, up_by, fresh)
            self._begun[node] = made
            if begun is not None:
                self._namespace.delete(begun.name)
            return made

    def _forget(self, node: str) -> None:
        """Have the next look make a Pod of its own: this one is no use any more."""
        with self._lock:
            if (begun := self._begun.pop(node, None)) is not None:
                self._namespace.delete(begun.name)

    def close(self) -> None:
        """Take the namespace away with everything in it; what fails here is left to the sweeper."""
        self._ahead.close()
        self._namespace.close()

    @property
    def namespace(self) -> str:
        """Return the name of the namespace that the Pods are made in."""
        return self._namespace.name

    def _look(self, name: str, node: str) -> PodReport:
        """Return what became of a Pod: what the API says, or sooner that it answers at the address that it has."""
        report = self._report(name)
        if report.phase == "Pending" and report.address and self._answers(node, report.address):
            return replace(report, phase="Running")
        return report

    def _answers(self, node: str, address: str) -> bool:
        try:
            return bool(
                self._cluster.fetch(HttpRequest("GET", f"http://{address}/", via=node, timeout=_ANSWER_SECONDS))
            )
        except MachineAway:
            # Whatever becomes of the Pod, nobody could be asked about it.
            raise
        except TransportError:
            return False

    @reads_objects
    def _report(self, name: str) -> PodReport:
        pod = self._cluster.read("/api/v1/namespaces/{}/pods/{}", self.namespace, name)
        return PodReport("gone") if pod is None else parse(pod)
