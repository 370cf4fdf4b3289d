"""What the sentences of this course are given beside machines and pages: its facts, its cluster and probe Pods."""

from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Network

import pytest

from labproof.session.opening import Session
from steps.cluster.api import Cluster
from steps.course import facts
from steps.course.facts import Course
from steps.pods.ahead import Ahead
from steps.pods.probe_pods import ProbePods
from steps.pods.sweeper import Sweeper
from steps.probes import identity

MASTER, NODE = "master", "node"


@dataclass(frozen=True)
class Kubernetes:
    """The cluster of one session, and what looks at it from inside."""

    course: Course
    cluster: Cluster
    probe_pods: ProbePods


_KUBERNETES = pytest.StashKey[Kubernetes]()


def pytest_labproof_problems(network: IPv4Network) -> list[str]:
    """Return what is wrong in course.toml."""
    return facts.problems(network)


def pytest_labproof_opened(config: pytest.Config, opened: Session) -> None:
    """Make the cluster's API and its probe Pods; when a finished lab is graded, begin the look that takes longest."""
    course = facts.load(opened.profile)
    cluster = Cluster(opened.connection, opened.lab[MASTER], opened.phase)
    pods = ProbePods(cluster, course.profile.nginx_image, Ahead(opened.log), opened.judge.clock, _sweeper(opened))
    opened.closing.callback(pods.close)
    opened.cluster.identify = lambda: {} if opened.lab[MASTER].is_lost else identity.cluster(cluster)
    opened.cluster.is_lost = lambda: cluster.was_healthy
    config.stash[_KUBERNETES] = Kubernetes(course, cluster, pods)
    # A recording takes no time: there the sentences ask in their own order, the same one every time.
    if opened.is_finished_lab and not opened.is_replay:
        pods.begin_ahead(MASTER, NODE)


def kubernetes_of(config: pytest.Config) -> Kubernetes:
    """Return what the course's fixtures hand out in this session."""
    return config.stash[_KUBERNETES]


@pytest.fixture(scope="session")
def course(request: pytest.FixtureRequest) -> Course:
    """The course's versions, addresses and ports."""
    return request.config.stash[_KUBERNETES].course


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Cluster:
    """The Kubernetes API of the lab."""
    return request.config.stash[_KUBERNETES].cluster


@pytest.fixture(scope="session")
def probe_pods(request: pytest.FixtureRequest) -> ProbePods:
    """Pods of our own that look at the cluster from inside."""
    return request.config.stash[_KUBERNETES].probe_pods


def _sweeper(opened: Session) -> "partial[Sweeper] | None":
    """Return what starts the process that takes probe Pods away after a grader that died; a recording needs none."""
    if opened.is_replay:
        return None
    master = next(endpoint for endpoint in opened.endpoints if endpoint.name == MASTER)
    reach: dict[str, object] = {
        "name": master.name,
        "address": master.address,
        "host": master.host,
        "port": master.port,
        "user": master.user,
        "key_file": str(master.key_file or ""),
        # It goes through a pipe: the process's command line shows nothing of it.
        "password": master.password,
    }
    return partial(Sweeper, reach)
