"""A connection that writes down everything that passes through another one."""

import hashlib
import time
from dataclasses import replace

from labproof.connection.base import Command, CommandResult, Connection, HttpRequest, HttpResponse, Purpose
from labproof.connection.secrets import mask
from labproof.connection.visit import Sight, Visit
from labproof.ground import errors
from labproof.records.evidence import EvidenceLog, now

GRADER = "grader"


class Recorder:
    """Passes questions on and records question, answer, time and length; secrets are masked."""

    def __init__(self, inner: Connection, log: EvidenceLog) -> None:
        self._inner = inner
        self._log = log

    def run(self, command: Command, purpose: Purpose) -> CommandResult:
        """Run the command through the inner connection and record it."""
        started, clock = now(), time.monotonic()
        try:
            result = self._inner.run(command, purpose)
        except errors.TransportError as problem:
            self._lost(command.machine, "command", command.line, purpose, started, clock, problem)
            raise
        self._log.append(
            machine=command.machine,
            kind="command",
            request=mask(command.line),
            purpose=purpose,
            started=result.started or started,
            seconds=result.seconds if result.started else round(time.monotonic() - clock, 4),
            status=result.status,
            output=mask(result.output),
            error=mask(result.error),
            dropped=result.dropped,
            digest=result.digest,
        )
        return result

    def fetch(self, request: HttpRequest, purpose: Purpose) -> HttpResponse:
        """Fetch through the inner connection and record it."""
        started, clock = now(), time.monotonic()
        where, kind = request.via or GRADER, "api" if request.via else "page"
        asked = describe(request)
        try:
            response = self._inner.fetch(request, purpose)
        except errors.TransportError as problem:
            self._lost(where, kind, asked, purpose, started, clock, problem)
            raise
        self._log.append(
            machine=where,
            kind=kind,
            request=asked,
            purpose=purpose,
            started=response.started or started,
            seconds=response.seconds if response.started else round(time.monotonic() - clock, 4),
            status=response.status,
            output=mask(response.body),
            error="".join(f"{k}: {mask(v)}\n" for k, v in response.headers.items() if k in _KEPT_HEADERS),
            dropped=response.dropped,
            digest=response.digest,
        )
        return response

    def visit(self, visit: Visit, purpose: Purpose) -> Sight:
        """Have a page visited through the inner connection; the digest of the picture is in the record."""
        started, clock, asked = now(), time.monotonic(), mask(str(visit))
        try:
            sight = self._inner.visit(visit, purpose)
        except errors.TransportError as problem:
            self._lost(GRADER, "browser", asked, purpose, started, clock, problem)
            raise
        digest = hashlib.sha256(sight.picture).hexdigest() if sight.picture else sight.digest
        entry = self._log.append(
            machine=GRADER,
            kind="browser",
            request=asked,
            purpose=purpose,
            started=sight.started or started,
            seconds=sight.seconds if sight.started else round(time.monotonic() - clock, 4),
            status=sight.status,
            output=mask(sight.as_json()),
            digest=digest,
        )
        return replace(sight, digest=digest, entry=entry.number, started=entry.started)

    def close(self) -> None:
        """Close the inner connection; the log belongs to the run."""
        self._inner.close()

    def _lost(
        self,
        where: str,
        kind: str,
        request: str,
        purpose: Purpose,
        started: str,
        clock: float,
        problem: errors.TransportError,
    ) -> None:
        self._log.append(
            machine=where,
            kind=kind,
            request=mask(request),
            purpose=purpose,
            started=problem.started or started,
            seconds=problem.seconds if problem.started else round(time.monotonic() - clock, 4),
            status=None,
            error=mask(str(problem)),
            problem=type(problem).__name__,
        )


_KEPT_HEADERS = ("content-type", "location", "server")


def describe(request: HttpRequest) -> str:
    """Return a request as it stands in the evidence: who asks, what for, and the body without its secrets."""
    text = mask(str(request))
    if request.body:
        body = mask(request.body.decode("utf-8", errors="replace"))
        text += f"\n{body}" if len(body) <= 2000 else f"\nsha256 {hashlib.sha256(body.encode()).hexdigest()}"
    return text
