"""The agent on every Node: CNI configuration, routes, packet filter, and a readiness in Calico's own words."""

import argparse
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

from standins.calico import blocks, cni, firewall, peers, pool, routes, startup, words
from standins.calico.blocks import Share
from standins.calico.commands import CommandFailed
from standins.calico.detection import Detected
from standins.calico.nodes import ClusterNode, peers_of, routes_to
from standins.calico.startup import StartupFailed
from standins.cluster_api import ApiError, ApiUnreachable, ClusterApi, Json
from standins.lifetime import begin, wait_for_end
from standins.mirroring import Mirror
from standins.serving import Reply, Request, Server

LOG = logging.getLogger(__name__)
HEALTH_PORT = 9099
CNI_FOLDER = Path("/host/etc/cni/net.d")
PROBLEM_FILE = Path("/run/calico-node/problem")
CALM_SECONDS, TROUBLED_SECONDS = 5.0, 0.5
HUNG_SECONDS = 60.0


@dataclass(frozen=True)
class Problem:
    """What keeps the agent from being ready, in Calico's words; `detail` is for the log alone, as Calico's is."""

    reason: str
    established: int | None = None
    detail: str = ""


@dataclass(frozen=True)
class Places:
    """Where on the machine the agent leaves things: the CNI configuration, and the Node's name."""

    cni_folder: Path = CNI_FOLDER
    nodename: Path = cni.NODENAME


class Agent:
    """Brings one Node's network to what the cluster's Nodes call for, again and again."""

    def __init__(self, api: ClusterApi, name: str, places: Places) -> None:
        self._api = api
        self._name = name
        self._places = places
        self._found: Detected | None = None
        self._shared: set[str] = set()
        self._pool = ""
        self.changed = Event()
        self.has_failed = False
        self.nodes = Mirror(api, "/api/v1/nodes", ClusterNode.of, self.changed.set)
        self.shares = Mirror(api, pool.SHARES, Share.of, self.changed.set)
        self.pools: Mirror[str] = Mirror(api, pool.POOLS, lambda item: str(item["spec"]["cidr"]), self.changed.set)
        self.passed_at = time.monotonic()

    def start(self, stop: Event) -> None:
        """Begin to follow the cluster."""
        for mirror in (self.nodes, self.shares, self.pools):
            mirror.start(stop)

    def reconcile(self) -> Problem | None:
        """Do what is missing; return what is not right afterwards; raise StartupFailed where the agent must end."""
        self.changed.clear()
        try:
            return self._bring_up()
        except (ApiError, ApiUnreachable, CommandFailed, OSError, blocks.PoolFull) as error:
            return Problem(words.FELIX, detail=str(error))
        finally:
            self.passed_at = time.monotonic()

    def _bring_up(self) -> Problem | None:
        nodes = {node.name: node for node in self.nodes.objects().values()}
        own = nodes.pop(self._name, None)
        if own is None:
            return Problem(words.NO_BIRD, detail=f"Node {self._name} is not known yet")
        others = tuple(nodes.values())
        if self._found is None:
            self._start_up(own, others)
        self._pool = self.pools.objects().get(f"/{pool.POOL_NAME}", self._pool)
        own_range = blocks.range_of(self._name, own.pod_cidr, self._pool, self.shares.objects().values())
        self._share(own_range)
        # Before all else: the Node becomes Ready by it, and nothing else can be scheduled before.
        if cni.install(self._places.cni_folder, own_range):
            LOG.info("wrote the CNI configuration for %s", own_range)
        routes.apply(routes_to(others, self.shares.objects().values()))
        firewall.apply(self._pool)
        self._announce(own)
        asked = peers_of(others)
        if lost := peers.silent(asked):
            return Problem(words.silent_peers(lost), len(asked) - len(lost))
        return None

    def _start_up(self, own: ClusterNode, others: tuple[ClusterNode, ...]) -> None:
        found = startup.take_address(os.environ)
        startup.claim(self._api, own, others, found)
        self._pool = pool.ensure_pool(self._api, found.cidr)
        startup.describe_cluster(self._api)
        startup.forward_packets()
        startup.leave_name(self._name, self._places.nodename)
        peers.Listener(found.address).start()
        self._found = found

    def _share(self, own_range: str) -> None:
        if own_range not in self._shared:
            pool.create_once(self._api, pool.SHARES, pool.share(self._name, own_range))
            self._shared.add(own_range)

    def _announce(self, own: ClusterNode) -> None:
        if not own.is_network_up:
            path = f"/api/v1/nodes/{own.name}/status"
            self._api.send("PATCH", path, _network_up(), "application/strategic-merge-patch+json").parsed()


def _network_up() -> bytes:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    condition: Json = {
        "type": "NetworkUnavailable",
        "status": "False",
        "reason": "CalicoIsUp",
        "message": "Calico is running on this node",
        "lastTransitionTime": now,
        "lastHeartbeatTime": now,
    }
    return json.dumps({"status": {"conditions": [condition]}}).encode()


def record(problem: Problem | None, path: Path) -> None:
    """Leave what the readiness probe prints, or nothing, where it looks."""
    unfinished = path.with_suffix(".new")
    text = words.unready(problem.reason, problem.established, datetime.now(UTC)) if problem else ""
    unfinished.write_text(f"{text}\n" if text else "")
    unfinished.replace(path)


def main(arguments: list[str]) -> int:
    """Keep the Node's network until SIGTERM; return 0, or 1 where the address is another Node's."""
    parser = argparse.ArgumentParser(prog="calico-node", description="pod network, a stand-in for rehearsals")
    parser.add_argument("--node", default=os.environ.get("NODENAME", ""))
    parser.add_argument("--cni", type=Path, default=CNI_FOLDER)
    options = parser.parse_args(arguments)
    stop = begin(words.CalicoFormatter())
    agent = Agent(ClusterApi.in_cluster("calico-node-stand-in"), options.node, Places(options.cni))
    PROBLEM_FILE.parent.mkdir(parents=True, exist_ok=True)
    record(Problem(words.NO_BIRD), PROBLEM_FILE)
    Server(("127.0.0.1", HEALTH_PORT), liveness(agent)).start()
    agent.start(stop)
    LOG.info("stand-in for Calico, made for rehearsals: node %s", options.node)
    Thread(target=keep, args=(agent, stop, PROBLEM_FILE), name="rounds", daemon=True).start()
    wait_for_end(stop)
    return 1 if agent.has_failed else 0


def keep(agent: Agent, stop: Event, path: Path) -> None:
    """Reconcile until stop is set: at every change, and every few seconds; end the program where it cannot start."""
    last: Problem | None = Problem("")
    while not stop.is_set():
        try:
            problem = agent.reconcile()
        except StartupFailed:
            startup.terminate()
            print("Calico node failed to start", file=sys.stderr, flush=True)
            agent.has_failed = True
            os.kill(os.getpid(), signal.SIGTERM)
            return
        if problem != last:
            LOG.info("%s", f"{problem.reason} {problem.detail}".strip() if problem else "ready")
            last = problem
        record(problem, path)
        agent.changed.wait(TROUBLED_SECONDS if problem else CALM_SECONDS)


def liveness(agent: Agent) -> Callable[[Request], Reply]:
    """Return the app that says whether the agent still makes its rounds."""

    def app(request: Request) -> Reply:
        if time.monotonic() - agent.passed_at > HUNG_SECONDS:
            return Reply.of_text("the agent hangs", 503)
        return Reply.of_text("OK")

    return app
