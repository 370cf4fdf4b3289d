"""Calico's own words (node v3.17.3): its log lines, and what its readiness probe prints."""

import logging
import os
from datetime import UTC, datetime

FELIX = "felix is not ready: readiness probe reporting 503"
NO_BIRD = (
    "BIRD is not ready: Error querying BIRD: unable to connect to BIRDv4 socket: "
    "dial unix /var/run/calico/bird.ctl: connect: no such file or directory"
)
HEALTH = "confd/health.go 180"


class CalicoFormatter(logging.Formatter):
    """Lays a record out as Calico's programs do; `source`, where a record has it, is the line that says so there."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the time, the level, the process, the place in the source, and the message."""
        source = getattr(record, "source", f"standins/{record.filename} {record.lineno}")
        return line(record.levelname, source, record.getMessage(), datetime.fromtimestamp(record.created, UTC))


def line(level: str, source: str, message: str, now: datetime) -> str:
    """Return one line of a log."""
    moment = f"{now:%Y-%m-%d %H:%M:%S}.{now.microsecond // 1000:03}"
    return f"{moment} [{level}][{os.getpid()}] {source}: {message}"


def silent_peers(addresses: tuple[str, ...]) -> str:
    """Return what is said of peers that do not answer."""
    return f"BIRD is not ready: BGP not established with {','.join(addresses)}"


def unready(reason: str, established: int | None, now: datetime) -> str:
    """Return what the readiness probe prints: the peers that answer, where they were counted, and the reason."""
    counted = f"Number of node(s) with BGP peering established = {established}"
    log = "" if established is None else f"{line('INFO', HEALTH, counted, now)}\n"
    return f"{log}calico/node is not ready: {reason}"
