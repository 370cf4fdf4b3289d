"""The agent on every Node: CNI configuration, routes, packet filter, and an honest readiness."""

import argparse
import json
import logging
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

from standins.calico import cni, firewall, peers, pool, routes
from standins.calico.commands import CommandFailed
from standins.calico.nodes import ADDRESS_ANNOTATION, ClusterNode, peers_of, routes_to
from standins.cluster_api import ACCOUNT, ApiError, ApiUnreachable, ClusterApi, Json
from standins.lifetime import begin, wait_for_end
from standins.mirroring import Mirror
from standins.serving import Reply, Request, Server

LOG = logging.getLogger(__name__)
HEALTH_PORT = 9099
CNI_FOLDER = Path("/host/etc/cni/net.d")
CNI_PROGRAMS = Path("/host/opt/cni/bin")
PROBLEM_FILE = Path("/run/calico-node/problem")
CALM_SECONDS, TROUBLED_SECONDS = 5.0, 0.5
HUNG_SECONDS = 60.0


class NotReady(Exception):
    """Report what this Node's network still lacks."""


class Agent:
    """Brings one Node's network to what the cluster's Nodes call for, again and again."""

    def __init__(self, api: ClusterApi, name: str, cni_folder: Path, install_plugin: Callable[[], None]) -> None:
        self._api = api
        self._name = name
        self._cni_folder = cni_folder
        self._install_plugin = install_plugin
        self._has_share = False
        self.changed = Event()
        self.nodes = Mirror(api, "/api/v1/nodes", ClusterNode.of, self.changed.set)
        self.passed_at = time.monotonic()

    def reconcile(self) -> str:
        """Do what is missing; return what is not right afterwards, or nothing."""
        self.changed.clear()
        try:
            self._bring_up()
        except (ApiError, ApiUnreachable, CommandFailed, OSError, NotReady) as error:
            return f"calico/node is not ready: {error}"
        finally:
            self.passed_at = time.monotonic()
        return ""

    def _bring_up(self) -> None:
        nodes = {node.name: node for node in self.nodes.objects().values()}
        own = nodes.pop(self._name, None)
        if own is None or not own.pod_cidr or not own.address:
            raise NotReady(f"Node {self._name} has no podCIDR or no InternalIP yet")
        self._install_plugin()
        # Before all else: the Node becomes Ready by it, and nothing else can be scheduled before.
        if cni.install(self._cni_folder, own.pod_cidr):
            LOG.info("wrote the CNI configuration for %s", own.pod_cidr)
        routes.apply(routes_to(nodes.values()))
        firewall.apply(pool.ensure_pool(self._api))
        self._announce(own)
        if lost := peers.silent(peers_of(nodes.values())):
            raise NotReady(f"BIRD is not ready: BGP not established with {','.join(lost)}")

    def _announce(self, own: ClusterNode) -> None:
        if not self._has_share:
            pool.create_once(self._api, pool.SHARES, pool.share(own.name, own.pod_cidr))
            self._has_share = True
        address = routes.own_address(own.address)
        if own.announced != address:
            annotations = {ADDRESS_ANNOTATION: address}
            self._api.merge(f"/api/v1/nodes/{own.name}", {"metadata": {"annotations": annotations}})
        if not own.is_network_up:
            self._api.send(
                "PATCH",
                f"/api/v1/nodes/{own.name}/status",
                _network_up(),
                "application/strategic-merge-patch+json",
            ).parsed()


def install_plugin(api: ClusterApi, programs: Path, folder: Path) -> None:
    """Put our CNI plugin and its account on the Node, where they differ from what is there."""
    kubeconfig = cni.account(api.url, (ACCOUNT / "ca.crt").read_text(), api.credential() or "")
    cni.install_plugin(programs, folder, kubeconfig)


def _network_up() -> bytes:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    condition: Json = {
        "type": "NetworkUnavailable",
        "status": "False",
        "reason": "CalicoIsUp",
        "message": "the stand-in for Calico is running on this node",
        "lastTransitionTime": now,
        "lastHeartbeatTime": now,
    }
    return json.dumps({"status": {"conditions": [condition]}}).encode()


def record(problem: str, path: Path) -> None:
    """Leave the problem, or nothing, where the readiness probe looks."""
    unfinished = path.with_suffix(".new")
    unfinished.write_text(f"{problem}\n" if problem else "")
    unfinished.replace(path)


def main(arguments: list[str]) -> int:
    """Keep the Node's network until SIGTERM; return 0."""
    parser = argparse.ArgumentParser(prog="calico-node", description="pod network, a stand-in for rehearsals")
    parser.add_argument("--node", default=os.environ.get("NODENAME", ""))
    parser.add_argument("--cni", type=Path, default=CNI_FOLDER)
    parser.add_argument("--programs", type=Path, default=CNI_PROGRAMS)
    options = parser.parse_args(arguments)
    stop = begin()
    api = ClusterApi.in_cluster("calico-node-stand-in")
    agent = Agent(api, options.node, options.cni, lambda: install_plugin(api, options.programs, options.cni))
    PROBLEM_FILE.parent.mkdir(parents=True, exist_ok=True)
    record("calico/node is not ready: starting", PROBLEM_FILE)
    Server(("127.0.0.1", HEALTH_PORT), liveness(agent)).start()
    peers.Listener("0.0.0.0").start()
    agent.nodes.start(stop)
    LOG.info("stand-in for Calico, made for rehearsals: node %s", options.node)
    Thread(target=keep, args=(agent, stop), name="rounds", daemon=True).start()
    wait_for_end(stop)
    return 0


def keep(agent: Agent, stop: Event) -> None:
    """Reconcile until stop is set: at every change, and every few seconds."""
    last = None
    while not stop.is_set():
        problem = agent.reconcile()
        if problem != last:
            LOG.info("%s", problem or "ready")
            last = problem
        record(problem, PROBLEM_FILE)
        agent.changed.wait(TROUBLED_SECONDS if problem else CALM_SECONDS)


def liveness(agent: Agent) -> Callable[[Request], Reply]:
    """Return the app that says whether the agent still makes its rounds."""

    def app(request: Request) -> Reply:
        if time.monotonic() - agent.passed_at > HUNG_SECONDS:
            return Reply.of_text("the agent hangs", 503)
        return Reply.of_text("OK")

    return app
