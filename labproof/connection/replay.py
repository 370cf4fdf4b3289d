"""A connection that answers from the evidence of an earlier run: no machine is needed."""

import re
from collections import deque
from collections.abc import Iterable

from labproof import errors
from labproof.connection.base import Command, CommandResult, HttpRequest, HttpResponse, Purpose
from labproof.connection.recorder import GRADER, describe
from labproof.connection.secrets import mask
from labproof.model import Exchange

# Each grading has a namespace of its own for its probe Pods.
_NAMESPACE = re.compile(r"labproof-probe(-[0-9a-f]{6})?")
_Key = tuple[str, str, str, str]
_PROBLEMS: dict[str, type[errors.TransportError]] = {
    kind.__name__: kind
    for kind in (
        errors.Unreachable,
        errors.Unproven,
        errors.DeadlineExceeded,
        errors.Refused,
        errors.NoCluster,
        errors.NotRecorded,
    )
}


class Replay:
    """Answers each question as the lab once did, in the same order; the last answer is given again.

    A question that was never asked raises NotRecorded, so that nothing is made up.
    """

    def __init__(self, exchanges: Iterable[Exchange]) -> None:
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
        )

    def fetch(self, request: HttpRequest, purpose: Purpose) -> HttpResponse:
        """Answer a request for a page or an API path."""
        where, kind = request.via or GRADER, "api" if request.via else "page"
        asked = _timeless(describe(request))
        if purpose is Purpose.ACT and (purpose, where, kind, asked) not in self._answers:
            # Runs of an earlier Labproof recorded what a form sends as an observation.
            purpose = Purpose.OBSERVE
        exchange = self._next((purpose, where, kind, asked))
        headers = dict(line.split(": ", 1) for line in exchange.error.splitlines() if ": " in line)
        return HttpResponse(exchange.status or 0, headers, exchange.output, exchange.dropped, exchange.digest)

    def close(self) -> None:
        """Do nothing: a recording needs no letting go."""

    def _next(self, key: _Key) -> Exchange:
        key = (*key[:3], _timeless(key[3]))
        answers = self._answers.get(key)
        if not answers:
            raise errors.NotRecorded(f"{key[1]}: the recording has no answer to {key[3].splitlines()[0][:160]!r}")
        exchange = answers.popleft() if len(answers) > 1 else answers[0]
        if exchange.problem:
            raise _PROBLEMS.get(exchange.problem, errors.TransportError)(exchange.error)
        return exchange


def _timeless(request: str) -> str:
    """Return a request without what differs from run to run."""
    return _NAMESPACE.sub("labproof-probe", request)
