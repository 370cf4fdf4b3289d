"""What a container said before it ended, as the API hands it out."""

import contextlib
import re

from labproof.ground.errors import TransportError
from labproof.ground.untrusted import reads_objects
from steps.cluster.api import Cluster, Json
from steps.cluster.cause import cause

_TELLING = (
    r"already using the IPv4 address",
    # A method of detection that finds nothing: the first of the two says what was looked for.
    r"(?i)unable to auto-?detect|invalid IP autodetection method",
    r"Couldn't autodetect an IPv4 address",
    # A program written in Go that gives up: by klog, by its command line, by its own word or by none.
    r"FATAL|panic:|^F\d{4} \d\d:|^Error: |Error during parsing|no nameservers found",
    r"is not ready: |is not live: ",
    r"is forbidden",
    r"(?i)\berror|fail|refused|timeout|unauthorized",
    r"Still waiting on",
)
"""What the line that tells why has in it, the surest first (Calico 3.15 to 3.20, CoreDNS 1.7.0, Dashboard 2.2.0).

What a running program says of its own readiness comes before an error that it may have got over long ago.
"""

_OF_NO_CONSEQUENCE = r"plugin/errors: \d+ |\bTerminating$|^Calico node failed to start"
"""CoreDNS of a name outside that its own name server did not find: without a way out of the lab it logs one of the
kind HINFO at each start, ready or not (1.7.0, plugin/errors/errors.go). And how calico-node ends, whatever the cause
(node v3.17.3 startup.go:1331 and rc.local)."""


def last_words(cluster: Cluster, namespace: str, pod: Json) -> str:
    """Return the line of a broken container's log that tells why it broke, with its name, or nothing.

    It explains what was found elsewhere, so it never fails.
    """
    with contextlib.suppress(TransportError):
        return _last_words(cluster, namespace, pod)
    return ""


@reads_objects
def _last_words(cluster: Cluster, namespace: str, pod: Json) -> str:
    status = pod.get("status", {})
    for container in (*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])):
        state = container.get("state", {})
        # One that waits has its words in the log of the run before.
        has_restarted = int(container.get("restartCount", 0)) > 0
        is_over = bool(state.get("waiting")) and has_restarted
        has_failed = bool((state.get("terminated") or {}).get("exitCode"))
        is_unready = "running" in state and not container.get("ready")
        if is_over or has_failed or is_unready:
            name = str(container["name"])
            whose = (namespace, str(pod["metadata"]["name"]), name)
            text = cluster.log(*whose, is_previous=is_over)
            if is_unready and has_restarted and not _tells(text):
                # It was started again a moment ago, and has not come to what ended it before.
                text = _log_before(cluster, whose) or text
            if said := telling_line(text):
                return f"{name} said: {said}"
    return ""


def _log_before(cluster: Cluster, whose: tuple[str, str, str]) -> str:
    """Return the log of the run before; empty where there is none, as in a recording of before it was asked for."""
    with contextlib.suppress(TransportError):
        return cluster.log(*whose, is_previous=True)
    return ""


def _tells(log: str) -> bool:
    lines = [line for line in log.splitlines() if not re.search(_OF_NO_CONSEQUENCE, line)]
    return any(re.search(pattern, line) for pattern in _TELLING for line in lines)


def telling_line(log: str) -> str:
    """Return the line of a log that tells why the program ended; without one the last line."""
    said = [line for line in log.splitlines() if line.strip()]
    lines = [line for line in said if not re.search(_OF_NO_CONSEQUENCE, line)] or said
    for pattern in _TELLING:
        if found := [line for line in lines if re.search(pattern, line)]:
            return cause(found[-1])
    return cause(lines[-1]) if lines else ""
