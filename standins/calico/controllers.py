"""The cluster-wide part: removes what deleted Nodes left behind."""

import argparse
import logging
import time
from collections.abc import Callable, Iterable
from threading import Event, Thread

from standins.calico import pool
from standins.calico.nodes import ClusterNode
from standins.cluster_api import ApiError, ApiUnreachable, ClusterApi, Json
from standins.lifetime import begin, wait_for_end
from standins.mirroring import Mirror
from standins.serving import Reply, Request, Server

LOG = logging.getLogger(__name__)
STATUS_PORT = 9094
CALM_SECONDS, TROUBLED_SECONDS = 10.0, 1.0
FRESH_SECONDS = 30.0


class Rounds:
    """Compares the pool's objects with the cluster's Nodes."""

    def __init__(self, api: ClusterApi) -> None:
        self._api = api
        self.changed = Event()
        self.nodes = Mirror(api, "/api/v1/nodes", ClusterNode.of, self.changed.set)
        self.succeeded_at: float | None = None

    def make(self) -> bool:
        """Make one round; tell whether the API let us."""
        self.changed.clear()
        if not self.nodes.synced.is_set():
            return False
        try:
            shares = self._api.get(pool.SHARES).get("items") or []
            for name in leftovers(shares, (node.name for node in self.nodes.objects().values())):
                self._api.delete(f"{pool.SHARES}/{name}")
                LOG.info("removed %s of a Node that is gone", name)
        except (ApiError, ApiUnreachable) as error:
            LOG.warning("%s", error)
            return False
        self.succeeded_at = time.monotonic()
        return True

    def is_ready(self) -> bool:
        """Tell whether a round succeeded not long ago."""
        return self.succeeded_at is not None and time.monotonic() - self.succeeded_at < FRESH_SECONDS


def leftovers(shares: Iterable[Json], nodes: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the shares whose Node is gone."""
    present = set(nodes)
    return tuple(share["metadata"]["name"] for share in shares if share["spec"]["node"] not in present)


def status_app(rounds: Rounds) -> Callable[[Request], Reply]:
    """Return the app for liveness and readiness."""

    def app(request: Request) -> Reply:
        if request.path == "/ready" and not rounds.is_ready():
            return Reply.of_text("the API server does not answer", 503)
        return Reply.of_text("OK")

    return app


def keep(rounds: Rounds, stop: Event) -> None:
    """Make rounds until stop is set: at every change, and every few seconds."""
    while not stop.is_set():
        rounds.changed.wait(CALM_SECONDS if rounds.make() else TROUBLED_SECONDS)


def main(arguments: list[str]) -> int:
    """Make rounds until SIGTERM; return 0."""
    argparse.ArgumentParser(prog="calico-kube-controllers").parse_args(arguments)
    stop = begin()
    rounds = Rounds(ClusterApi.in_cluster("calico-kube-controllers-stand-in"))
    Server(("0.0.0.0", STATUS_PORT), status_app(rounds)).start()
    rounds.nodes.start(stop)
    LOG.info("stand-in for Calico's kube-controllers, made for rehearsals")
    Thread(target=keep, args=(rounds, stop), name="rounds", daemon=True).start()
    wait_for_end(stop)
    return 0
