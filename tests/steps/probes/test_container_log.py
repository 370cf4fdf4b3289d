"""Whose log is read of a container that broke: that of the run which tells why."""

import pytest

from labproof.connection.fake import FakeConnection, Page
from labproof.ground.errors import Unreachable
from steps.cluster.api import Cluster
from steps.probes import container_log

BEGINS = "2021-01-04 17:24:47.807 [INFO][8] startup/startup.go 379: Early log level set to info\n"
TELLS = "Calico node 'master' is already using the IPv4 address 10.0.2.15.\nCalico node failed to start\n"
SAID = "c said: Calico node 'master' is already using the IPv4 address 10.0.2.15."
RUNNING, WAITING = {"running": {"startedAt": "2021-01-04T17:24:47Z"}}, {"waiting": {"reason": "CrashLoopBackOff"}}


@pytest.mark.parametrize(
    ("state", "restarts", "now", "before", "said"),
    [
        (RUNNING, 3, BEGINS, TELLS, SAID),
        (RUNNING, 3, "", TELLS, SAID),
        (RUNNING, 3, TELLS, BEGINS, SAID),
        (RUNNING, 0, BEGINS, TELLS, "c said: Early log level set to info"),
        (RUNNING, 3, BEGINS, "", "c said: Early log level set to info"),
        (WAITING, 3, BEGINS, TELLS, SAID),
        (WAITING, 0, BEGINS, TELLS, ""),
    ],
    ids=["just begun", "has said nothing", "tells itself", "first run", "no run before", "waits", "never ran"],
)
def test_run_that_tells_is_read(
    fake: FakeConnection, api: Cluster, state: dict[str, object], restarts: int, now: str, before: str, said: str
) -> None:
    """A container that was started again a moment ago is explained by the run before, until it tells itself."""
    container = {"name": "c", "ready": False, "restartCount": restarts, "state": state}
    fake.serve("GET", "/pods/p/log?container=c&tailLines=40", Page(now))
    fake.serve("GET", "/pods/p/log?container=c&tailLines=40&previous=true", Page(before))
    pod = {"metadata": {"name": "p"}, "status": {"containerStatuses": [container]}}
    assert container_log.last_words(api, "default", pod) == said


def test_run_before_that_cannot_be_read_takes_nothing_away(fake: FakeConnection, api: Cluster) -> None:
    """Where only the present run can be read, what it says is told."""
    container = {"name": "c", "ready": False, "restartCount": 1, "state": RUNNING}
    fake.serve("GET", "/pods/p/log?container=c&tailLines=40", Page(BEGINS))
    fake.serve("GET", "/pods/p/log?container=c&tailLines=40&previous=true", Unreachable("lost"))
    pod = {"metadata": {"name": "p"}, "status": {"containerStatuses": [container]}}
    assert container_log.last_words(api, "default", pod) == "c said: Early log level set to info"
