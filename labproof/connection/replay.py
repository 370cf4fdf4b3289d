"""A connection that answers from the evidence of an earlier run: no machine is needed."""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from labproof.connection.base import Command, CommandResult, HttpRequest, HttpResponse, Purpose
from labproof.connection.recorder import GRADER, describe
from labproof.connection.secrets import mask
from labproof.connection.visit import Sight, Visit, from_json
from labproof.ground import errors
from labproof.records.model import Exchange

# Each grading has a namespace of its own for its probe Pods.
_NAMESPACE = re.compile(r"labproof-probe(-[0-9a-f]{6})?")
_Key = tuple[str, str, str, str]
_PROBLEMS: dict[str, type[errors.TransportError]] = {
    kind.__name__: kind
    for kind in (
        errors.Unreachable,
        errors.MachineAway,
        errors.Unproven,
        errors.DeadlineExceeded,
        errors.Refused,
        errors.NotTaken,
        errors.NoCluster,
        errors.NoBrowser,
        errors.NotRecorded,
    )
}


class Replay:
    """Answers each question as the lab once did, in the same order; the last answer is given again.

    A question that was never asked raises NotRecorded, so that nothing is made up. Each answer has the time at
    which it was given; `started` (ISO) is when the recording began.
    """

    def __init__(self, exchanges: Iterable[Exchange], started: str = "") -> None:
        self._began = self._reached = _time(started)
        self._resumed: datetime | None = None
        self._is_between = False
        self._answers: dict[_Key, deque[Exchange]] = {}
        for exchange in exchanges:
            key = (exchange.purpose, exchange.machine, exchange.kind, _timeless(exchange.request))
            self._answers.setdefault(key, deque()).append(exchange)

    def run(self, command: Command, purpose: Purpose) -> CommandResult:
        """Answer a command."""
        exchange = self._next((purpose, command.machine, "command", mask(command.line)))
        return CommandResult(
            machine=command.machine,
            line=command.line,
            status=exchange.status or 0,
            output=exchange.output,
            error=exchange.error,
            dropped=exchange.dropped,
            digest=exchange.digest,
            started=exchange.started,
            seconds=exchange.seconds,
        )

    def run_all(self, machine: str, commands: Sequence[Command]) -> Iterator[CommandResult]:
        """Answer one command after the other."""
        return (self.run(command, Purpose.OBSERVE) for command in commands)

    def fetch(self, request: HttpRequest, purpose: Purpose) -> HttpResponse:
        """Answer a request for a page or an API path."""
        where, kind = request.via or GRADER, "api" if request.via else "page"
        asked = _timeless(describe(request))
        if purpose is Purpose.ACT and (purpose, where, kind, asked) not in self._answers:
            # Runs of an earlier Labproof recorded what a form sends as an observation.
            purpose = Purpose.OBSERVE
        exchange = self._next((purpose, where, kind, asked))
        headers = dict(line.split(": ", 1) for line in exchange.error.splitlines() if ": " in line)
        return HttpResponse(
            status=exchange.status or 0,
            headers=headers,
            body=exchange.output,
            dropped=exchange.dropped,
            digest=exchange.digest,
            started=exchange.started,
            seconds=exchange.seconds,
        )

    def visit(self, visit: Visit, purpose: Purpose) -> Sight:
        """Answer with what a browser saw then; the picture lies beside the run that was recorded."""
        exchange = self._next((purpose, GRADER, "browser", mask(str(visit))))
        sight = from_json(exchange.status, exchange.output, exchange.digest)
        return replace(sight, started=exchange.started, seconds=exchange.seconds)

    def close(self) -> None:
        """Do nothing: a recording needs no letting go."""

    def now(self) -> str:
        """Return the moment of the recording that the answers have come to (UTC, ISO), empty before the first."""
        return self._reached.isoformat(timespec="milliseconds") if self._reached else ""

    def elapsed(self) -> float:
        """Return how far into the recording the answers have come, in seconds."""
        return (self._reached - self._began).total_seconds() if self._reached and self._began else 0.0

    def pause(self) -> None:
        """Leave out the time until the next answer: nobody was at work for the lab, as while it was saved."""
        self._resumed, self._is_between = None, True

    def resumed(self) -> str:
        """Return the moment of the first answer since the last pause (UTC, ISO), empty before there is one."""
        return self._resumed.isoformat(timespec="milliseconds") if self._resumed else ""

    def _next(self, key: _Key) -> Exchange:
        key = (*key[:3], _timeless(key[3]))
        answers = self._answers.get(key)
        if not answers:
            asked = (key[3].splitlines() or [""])[0][:160]
            raise _dated(errors.NotRecorded(f"{key[1]}: the recording has no answer to {asked!r}"), self.now(), 0.0)
        exchange = answers.popleft() if len(answers) > 1 else answers[0]
        self._reach(exchange)
        if exchange.problem:
            problem = _PROBLEMS.get(exchange.problem, errors.TransportError)(exchange.error)
            raise _dated(problem, exchange.started, exchange.seconds)
        return exchange

    def _reach(self, exchange: Exchange) -> None:
        """Come to the end of an exchange; one that was asked ahead of its time leads back nowhere."""
        if (begun := _time(exchange.started)) is None:
            return
        ended = _later(begun, exchange.seconds)
        self._began = self._began or begun
        if self._is_between:
            self._resume(begun)
        self._reached = max(self._reached or ended, ended)

    def _resume(self, begun: datetime) -> None:
        """Come out of a pause; what was asked ahead of it leads back nowhere."""
        self._resumed = max(self._reached or begun, begun)
        if self._reached and self._began:
            self._began += self._resumed - self._reached
        self._is_between = False


def _time(stamp: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(stamp)
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _later(time: datetime, seconds: float) -> datetime:
    try:
        return time + timedelta(seconds=seconds)
    except (ValueError, OverflowError):
        return time


def _dated(problem: errors.TransportError, started: str, seconds: float) -> errors.TransportError:
    problem.started, problem.seconds = started, seconds
    return problem


def _timeless(request: str) -> str:
    """Return a request without what differs from run to run."""
    return _NAMESPACE.sub("labproof-probe", request)
