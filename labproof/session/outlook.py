"""Machines as a session looks at them: everything that is asked is written down, even before a run has its folder."""

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field

from labproof.connection.base import Connection
from labproof.connection.endpoint import Endpoint
from labproof.connection.recorder import Recorder
from labproof.lab.machine import Lab, Machine, Phase
from labproof.records.evidence import EvidenceLog


@dataclass(frozen=True)
class Outlook:
    """What looks at the machines of a session, and the log of what they answer."""

    endpoints: tuple[Endpoint, ...]
    log: EvidenceLog
    connection: Recorder
    phase: Phase
    lab: Lab
    closing: ExitStack = field(default_factory=ExitStack)
    """What the course must take away again, while the lab can still be reached."""


def on(endpoints: Iterable[Endpoint], inner: Connection) -> Outlook:
    """Return the outlook on machines; its log keeps what it is told until it has a file."""
    ends, log, phase = tuple(endpoints), EvidenceLog(), Phase()
    connection = Recorder(inner, log)
    lab = Lab({e.name: Machine(e.name, e.address, connection, phase, e.password) for e in ends})
    return Outlook(ends, log, connection, phase, lab)
