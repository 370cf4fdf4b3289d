"""What the sentences of this course are given beside machines and pages: its facts, its cluster and probe Pods."""

from ipaddress import IPv4Network

import pytest

from labproof.session.opening import Session
from steps import early
from steps.cluster.api import Cluster
from steps.course import facts
from steps.course.facts import Course
from steps.early import MASTER, Kubernetes
from steps.pods.probe_pods import ProbePods
from steps.probes import identity

_KUBERNETES = pytest.StashKey[Kubernetes]()


def pytest_labproof_problems(network: IPv4Network) -> list[str]:
    """Return what is wrong in course.toml."""
    return facts.problems(network)


def pytest_labproof_opened(config: pytest.Config, opened: Session) -> None:
    """Make the cluster's API and its probe Pods; when a finished lab is graded, begin the look that takes longest."""
    seen, begun = opened.outlook, opened.begun
    if isinstance(begun, Kubernetes):
        made = begun
    # A recording takes no time: there the sentences ask in their own order, the same one every time.
    elif opened.is_finished_lab and not opened.is_replay:
        made = early.begin(seen, opened.profile, opened.judge.clock)
    else:
        made = early.make(seen, opened.profile, opened.judge.clock, has_sweeper=not opened.is_replay)
    opened.cluster.identify = lambda: {} if opened.lab[MASTER].is_lost else identity.cluster(made.cluster)
    opened.cluster.is_lost = lambda: made.cluster.was_healthy
    config.stash[_KUBERNETES] = made


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
