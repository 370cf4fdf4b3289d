"""The cluster and its probe Pods: a grading makes them as soon as the machines answer, for they take longest."""

from dataclasses import dataclass
from functools import partial

from labproof.ground.wait import Clock
from labproof.session.outlook import Outlook
from steps.cluster.api import Cluster
from steps.course import facts
from steps.course.facts import Course
from steps.pods.ahead import Ahead
from steps.pods.probe_pods import ProbePods
from steps.pods.sweeper import Sweeper

MASTER, NODE = "master", "node"


@dataclass(frozen=True)
class Kubernetes:
    """The cluster of one session, and what looks at it from inside."""

    course: Course
    cluster: Cluster
    probe_pods: ProbePods


def begin(seen: Outlook, profile: str, clock: Clock | None = None) -> Kubernetes:
    """Begin the look that takes longest in a finished lab whose every machine answers.

    A grading calls it as soon as it is connected to them; whatever it has made is taken away with the outlook.
    """
    made = make(seen, profile, clock or Clock())
    made.probe_pods.begin_ahead(MASTER, NODE)
    return made


def make(seen: Outlook, profile: str, clock: Clock, has_sweeper: bool = True) -> Kubernetes:
    """Return the cluster that the machines form; nothing is asked of it yet.

    Without a sweeper nobody takes probe Pods away after a grader that died: a recording has none.
    """
    course = facts.load(profile)
    cluster = Cluster(seen.connection, seen.lab[MASTER], seen.phase)
    sweeper = _sweeper(seen) if has_sweeper else None
    pods = ProbePods(cluster, course.profile.nginx_image, Ahead(seen.log), clock, sweeper)
    seen.closing.callback(pods.close)
    return Kubernetes(course, cluster, pods)


def _sweeper(seen: Outlook) -> "partial[Sweeper]":
    """Return what starts the process that takes probe Pods away after a grader that died."""
    master = next(endpoint for endpoint in seen.endpoints if endpoint.name == MASTER)
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
