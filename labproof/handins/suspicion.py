"""What gives a forger away, or a mistake of somebody honest: questions to ask, never a verdict.

Whoever has root on both sides can avoid all of it with care; docs/threat-model.md says what remains.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from labproof.classes.likeness import Mark
from labproof.handins.challenge import moment
from labproof.records.model import Exchange, RunRecord, number

TOLERANCE = timedelta(minutes=5)
"""How far clocks may be apart before that is told; Kerberos, for one, allows as much."""

_BACKWARDS = timedelta(seconds=60)
"""How far an answer may be written down after a later one: the longest that one question of a grading may take."""

_FEW = 20
_FASTEST = 0.001
"""Seconds that a question takes at least, all of them taken together: a connection to another machine is slower."""

_CLOCK = "date +%s"
_MOST = 3


def of_times(exchanges: Sequence[Exchange], started: str, finished: str, made: str, now: datetime) -> Iterator[str]:
    """Yield what does not fit in the times of evidence: with the run, the assignment, this moment and itself."""
    spans = [(begun, _after(begun, e.seconds)) for e in exchanges if (begun := moment(e.started))]
    begin, end, assigned = moment(started), moment(finished), moment(made)
    if len(spans) < len(exchanges) or not (begin and end and spans):
        yield "the evidence, or the run, has times that are none: was it written by Labproof?"
        return
    first, last = min(begun for begun, _ in spans), max(ended for _, ended in spans)
    if assigned and first < assigned - TOLERANCE:
        yield f"its evidence begins {_span(assigned - first)} before the assignment was made: whose work is it?"
    if last > now + TOLERANCE:
        yield f"its evidence ends {_span(last - now)} after now: is that computer's clock right?"
    if first < begin - TOLERANCE or last > end + TOLERANCE:
        yield "its evidence was made outside the times of its run: do the two belong together?"
    if any(one - other > _BACKWARDS for (_, one), (_, other) in pairwise(spans)):
        yield "its evidence goes back in time: was that computer's clock set meanwhile?"
    if len(spans) > _FEW and (last - first).total_seconds() < _FASTEST * len(spans):
        yield f"{len(spans)} questions were answered within {(last - first).total_seconds():.3f} s: by which machines?"


def of_clocks(exchanges: Iterable[Exchange]) -> Iterator[str]:
    """Yield each machine whose clock was far from that of the computer that graded it."""
    for exchange in exchanges:
        told, begun = exchange.output.strip(), moment(exchange.started)
        is_time = told.isascii() and told.isdigit() and len(told) <= 10
        if exchange.kind == "command" and exchange.request.strip() == _CLOCK and is_time and begun:
            off = datetime.fromtimestamp(int(told), UTC) - begun
            if abs(off) > TOLERANCE:
                side = "ahead of" if off > timedelta(0) else "behind"
                yield f"{exchange.machine}: its clock was {_span(abs(off))} {side} the grader's: why?"


def of_lab(run: RunRecord, finished: str, made: str) -> Iterator[str]:
    """Yield what does not fit in what the lab tells of its age."""
    end, assigned = moment(finished), moment(made)
    told = {f"{name} (its machine-id)": facts.get("since", "") for name, facts in run.lab.machines.items()}
    told["the cluster"] = run.lab.cluster.get("made", "")
    ages = {what: since for what, text in told.items() if (since := moment(text.replace("Z", "+00:00")))}
    if late := [what for what, since in ages.items() if end and since > end + TOLERANCE]:
        yield f"by its own word made after the evidence: {', '.join(late)}; which clock is right?"
    if assigned and (old := [what for what, since in ages.items() if since < assigned - TOLERANCE]):
        longest = _span(assigned - min(ages.values()))
        yield f"older than the assignment, by up to {longest}: {', '.join(old)}; whose work is it?"


def of_result(said: RunRecord, found: RunRecord) -> Iterator[str]:
    """Yield what a result that came along says otherwise than its evidence, judged anew."""
    if said.evidence_head and found.source and said.evidence_head != found.source.evidence_head:
        yield "its result.json was made from other evidence than came with it: which is the student's?"
    own = {c.id: c for c in said.criteria}
    other = [c for c in found.criteria if c.id in own and own[c.id].outcome is not c.outcome]
    if not other:
        return
    named = ", ".join(f"{c.id} ({own[c.id].outcome}, judged {c.outcome})" for c in other[:_MOST])
    more = f" and {len(other) - _MOST} more" if len(other) > _MOST else ""
    scores = f"its result.json says {number(said.score.earned)} points, its evidence gives {number(found.score.earned)}"
    cause = "was it edited?" if said.rubric == found.rubric else "it was graded by another rubric; was it edited, too?"
    yield f"{scores}: {named}{more}; {cause}"


def marks(exchanges: Sequence[Exchange]) -> tuple[Mark, ...]:
    """Return what tells this evidence from any other: the moments of all questions stay, whatever else is edited."""
    moments = hashlib.sha256("\n".join(e.started for e in exchanges).encode("utf-8", "replace")).hexdigest()
    return (Mark("the evidence, moment by moment,", "", moments),)


def span(seconds: float) -> str:
    """Return a time of so many seconds as people say it."""
    return _span(timedelta(seconds=seconds))


def _span(time: timedelta) -> str:
    minutes = max(1, round(time.total_seconds() / 60))
    days, hours, left = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [f"{days} d" if days else "", f"{hours} h" if hours else "", f"{left} min" if left and not days else ""]
    return " ".join(filter(None, parts)) or "1 min"


def _after(time: datetime, seconds: float) -> datetime:
    try:
        return time + timedelta(seconds=seconds)
    except (ValueError, OverflowError):
        return time
