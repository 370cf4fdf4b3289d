"""Pods of our own that look at the cluster from inside: in one namespace, short-lived, gone afterwards.

A looking Pod answers over HTTP on its own address, and is asked from the machine that it runs on: a kubelet
tells a second later that a Pod has started, and another second later that it has ended. So a Pod tells what it
saw while it runs, and is up as soon as it answers: Calico writes its address on it before the kubelet tells it.
"""

import contextlib
import secrets
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from ipaddress import ip_address

from labproof.connection.base import HttpRequest
from labproof.ground.errors import LabError, NoCluster, Refused, TransportError
from labproof.ground.untrusted import reads_objects
from labproof.ground.wait import Clock, Deadline, Waited, poll
from steps.cluster import events
from steps.cluster.api import ApiProblem, Cluster, Json
from steps.cluster.cause import cause
from steps.pods.ahead import Ahead
from steps.pods.manifest import NAMES, REACH, RESOLVER, pod
from steps.pods.sweeper import Sweeper
from steps.probes import calico, cluster_dns
from steps.probes.cluster_dns import Resolved
from steps.probes.workload import waiting

NAMESPACE_PREFIX = "labproof-probe-"
SECONDS = 20.0
READY_SECONDS = 60.0
"""How long a namespace may take to be ready for Pods, in seconds: its account comes from a controller, which comes
back some time after an API that was restarted."""
FRESH_SECONDS = 60.0
"""How long a Pod that has started is asked again instead of making another one."""
_CALICOS_WORD = "cni.projectcalico.org/podIP"
_ANSWER_SECONDS = 1.0
_EVERY_SECONDS = 0.15
_ASK_SECONDS = 6.0
_SOON_SECONDS = 1.0
"""How long names are waited for before the cluster is asked what is wrong with its DNS."""
_SEEN_CHARACTERS = 4000
_TROUBLE_CHARACTERS = 900
_NO_IMAGE = ("ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName")
_MEANINGS: dict[int, str] = {
    HTTPStatus.OK: "",
    HTTPStatus.BAD_GATEWAY: ": the connection was refused or found no way",
    HTTPStatus.GATEWAY_TIMEOUT: ": nothing came back within 2 s",
}


@dataclass(frozen=True)
class PodReport:
    """What became of a probe Pod: where it runs, its address, and what it saw."""

    phase: str
    node: str = ""
    address: str = ""
    saw: str = ""
    trouble: str = ""
    lacks_image: bool = False
    """Whether the image for it is not to be had: that says nothing about the cluster."""

    @property
    def is_up(self) -> bool:
        """Tell whether the Pod runs and has its address."""
        return self.phase == "Running" and bool(self.address)

    @property
    def is_over(self) -> bool:
        """Tell whether the Pod has ended or was taken away: it will not come up any more."""
        return self.phase in ("Succeeded", "Failed", "gone")

    def __str__(self) -> str:
        where = f"on {self.node} with address {self.address or 'none'}"
        if self.saw:
            return f"a Pod {where} saw: {self.saw.strip()[:200]}"
        return f"a Pod {where} is {self.phase}: {cause(self.trouble, _TROUBLE_CHARACTERS) or 'no reason given'}"


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
        self._start_sweeper = start_sweeper
        self._sweeper: Sweeper | None = None
        self._is_open = False
        self._begun: dict[str, _Begun] = {}
        self._made: Counter[str] = Counter()
        self._ready_seconds = READY_SECONDS
        self.namespace = f"{NAMESPACE_PREFIX}{secrets.token_hex(3)}"
        """Each grading has a namespace of its own: two may look at one cluster at the same time."""
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

        deadline = Deadline(seconds, self._clock)
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
            ready_by = Deadline(self._ready_seconds, self._clock)
            self._open(ready_by)
            self._made[node] += 1
            name = f"looker-{node}-{self._made[node]}"
            self._create(pod(name, node, self._image), ready_by)
            made = _Begun(name, Deadline(SECONDS, self._clock), Deadline(FRESH_SECONDS, self._clock))
            self._begun[node] = made
            if begun is not None:
                self._delete(begun.name)
            return made

    def _forget(self, node: str) -> None:
        """Have the next look make a Pod of its own: this one is no use any more."""
        with self._lock:
            if (begun := self._begun.pop(node, None)) is not None:
                self._delete(begun.name)

    def close(self) -> None:
        """Take the namespace away with everything in it; what fails here is left to the sweeper."""
        self._ahead.close()
        if self._is_open or self._sweeper is not None:
            # Not only where it was seen to be made: an answer that is lost, or cannot be written down, may come after.
            self._take_away(self._sweeper)
        self._is_open, self._sweeper = False, None

    def _take_away(self, sweeper: Sweeper | None) -> None:
        try:
            with contextlib.suppress(NoCluster):
                self._cluster.delete("/api/v1/namespaces/{}", self.namespace)
        except LabError:
            if sweeper is not None:
                sweeper.leave()
            return
        if sweeper is not None:
            sweeper.dismiss()

    def _open(self, deadline: Deadline) -> None:
        if self._is_open:
            return
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace}}

        def create() -> str:
            try:
                self._cluster.create("/api/v1/namespaces", body=namespace)
            except ApiProblem as problem:
                return "" if problem.status == 409 and self._namespace_phase() == "Active" else str(problem)
            return ""

        if self._start_sweeper is not None and self._sweeper is None:
            self._sweeper = self._start_sweeper(self.namespace)
        ended = poll(create, lambda problem: not problem, deadline, every=0.5)
        if not ended.is_met:
            raise self._hopeless(f"the namespace {self.namespace} could not be made", ended)
        self._is_open = True

    def _hopeless(self, what: str, ended: Waited[str]) -> TransportError:
        """Return what kept us from making something; who wants it next does not wait that long again."""
        self._ready_seconds = SECONDS
        return TransportError(f"{what} within {ended.seconds:.0f} s ({ended.looks} tries): {ended.value}")

    def _namespace_phase(self) -> str:
        found = self._cluster.read("/api/v1/namespaces/{}", self.namespace)
        return str((found or {}).get("status", {}).get("phase", ""))

    def _create(self, pod: Json, deadline: Deadline) -> None:
        """Create a Pod as its owner would: again and again until its namespace has an account, and the API a leader."""

        def create() -> str:
            try:
                self._cluster.create("/api/v1/namespaces/{}/pods", self.namespace, body=pod)
            except ApiProblem as problem:
                if problem.status == 409:
                    self._delete(pod["metadata"]["name"])
                return str(problem)
            return ""

        ended = poll(create, lambda problem: not problem, deadline, every=_EVERY_SECONDS)
        if not ended.is_met:
            raise self._hopeless("a probe Pod could not be made", ended)

    def _look(self, name: str, node: str) -> PodReport:
        """Return what became of a Pod: what the API says, or sooner that it answers at the address that it has."""
        report = self._report(name)
        if report.phase == "Pending" and report.address and self._answers(node, report.address):
            return replace(report, phase="Running")
        return report

    def _answers(self, node: str, address: str) -> bool:
        with contextlib.suppress(TransportError):
            return bool(
                self._cluster.fetch(HttpRequest("GET", f"http://{address}/", via=node, timeout=_ANSWER_SECONDS))
            )
        return False

    @reads_objects
    def _report(self, name: str) -> PodReport:
        pod = self._cluster.read("/api/v1/namespaces/{}/pods/{}", self.namespace, name)
        return PodReport("gone") if pod is None else parse(pod)

    def _delete(self, name: str) -> None:
        self._cluster.delete("/api/v1/namespaces/{}/pods/{}", self.namespace, name, gracePeriodSeconds="0")


def parse(pod: Json) -> PodReport:
    """Return what a Pod's status says."""
    status = pod.get("status", {})
    annotations = pod.get("metadata", {}).get("annotations") or {}
    waits = waiting(pod)
    return PodReport(
        phase=str(status.get("phase", "unknown")),
        node=str(pod["spec"].get("nodeName", "")),
        address=_address(status.get("podIP")) or _address(str(annotations.get(_CALICOS_WORD, "")).removesuffix("/32")),
        trouble="; ".join(waits) or str(status.get("message", "")),
        lacks_image=any(reason in wait for wait in waits for reason in _NO_IMAGE),
    )


def _address(said: object) -> str:
    """Return an address that can be one: it becomes part of a URL."""
    try:
        return str(ip_address(str(said)))
    except ValueError:
        return ""
