"""How decisions bear on one student: the one place where points are changed by an instructor's word."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from labproof.gradebook.class_file import Student
from labproof.gradebook.decision import Decision
from labproof.gradebook.decision_entry import EACH
from labproof.gradebook.decisions import Decisions
from labproof.records.model import CriterionRecord, Outcome, Score, number, score
from labproof.records.ruling import Decided, Kind, Ruling

_LACKING = "this result does not have the criterion"
_WITHOUT = "there is no result"


@dataclass(frozen=True)
class Bearing:
    """What a student's score has become: what counts, the share of the possible that is taken, and by which words."""

    counted: Score
    taken: Fraction = Fraction(0)
    rulings: tuple[Ruling, ...] = ()

    @property
    def by_criterion(self) -> dict[str, Ruling]:
        """Return the rulings that have an effect on a criterion."""
        return {ruling.criterion: ruling for ruling in self.rulings if ruling.criterion and not ruling.idle}

    @property
    def share(self) -> Fraction:
        """Return the share of the possible points that is left, with what a penalty takes off it."""
        if not self.counted.possible:
            return Fraction(0)
        return max(Fraction(0), self.counted.earned / self.counted.possible - self.taken)

    def decided(self, before: Score) -> Decided | None:
        """Return it as a report tells it, None where nothing was decided."""
        if not self.rulings:
            return None
        earned = self.share * self.counted.possible
        return Decided(self.rulings, str(before), earned, self.counted.possible, self.counted.earned - earned)


def bear(student: Student, criteria: Mapping[str, CriterionRecord], decisions: Decisions) -> Bearing:
    """Return what the decisions make of a student's criteria; each decision about the student is told of."""
    before = score(criteria.values())
    about = decisions.about(student.id)
    rulings = [r for d in about if d.criterion for r in _on_criterion(d, criteria, decisions)]
    counted = before
    for ruling in rulings:
        if not ruling.idle:
            counted = _moved(counted, criteria[ruling.criterion], ruling)
    taken = Fraction(0)
    for decision in about:
        if not decision.criterion and (found := _on_score(decision, student, counted, decisions)):
            share, ruling = found
            taken += share
            rulings.append(ruling)
    return Bearing(counted, taken, tuple(rulings))


def _on_criterion(
    decision: Decision, criteria: Mapping[str, CriterionRecord], decisions: Decisions
) -> Iterator[Ruling]:
    # What is dropped for all says nothing of somebody without a result.
    if not criteria and decision.kind is Kind.DROP:
        return
    named = [id_ for id_ in criteria if id_ == decision.criterion or id_.startswith(f"{decision.criterion}@")]
    idle = _expired(decision, decisions) or ("" if named else _LACKING if criteria else _WITHOUT)
    if idle:
        yield replace(_ruling(decision, decision.criterion), idle=idle)
        return
    for id_ in named:
        criterion = criteria[id_]
        points = _given(decision, criterion)
        counts = "counts neither way" if points is None else f"{number(points)} of {number(criterion.points)} counts"
        yield replace(_ruling(decision, id_), evidence=_seen(criterion), counts=counts, points=points)


def _on_score(
    decision: Decision, student: Student, counted: Score, decisions: Decisions
) -> tuple[Fraction, Ruling] | None:
    """Return the share that a penalty takes with its ruling, None where it does not concern the student."""
    late = _late_percent(decision, student) if decision.kind is Kind.LATE else None
    if decision.kind is Kind.LATE and not late:
        return None
    ruling = _ruling(decision, "")
    own = next((d for d in decisions.about(student.id) if _is_own_penalty(d, decisions)), None)
    idle = _expired(decision, decisions) or ("" if counted.possible else _WITHOUT)
    if not idle and decision.kind is Kind.LATE and own:
        idle = f"{own.place} stands in its place"
    if idle:
        return Fraction(0), replace(ruling, idle=idle)
    if decision.points is not None:
        share, off = min(Fraction(1), decision.points / counted.possible), f"{number(decision.points)} points"
    else:
        share = (late or decision.percent or Fraction(0)) / 100
        off = f"{number(share * 100)} % of {number(counted.possible)} points"
    evidence = f"{number(counted.earned)} of {number(counted.possible)} points"
    if late:
        lateness = _span(student.late_seconds)
        evidence = f"{number(counted.earned)} of {number(counted.possible)} points, {lateness} late"
    return share, replace(ruling, evidence=evidence, counts=f"{off} taken off")


def _is_own_penalty(decision: Decision, decisions: Decisions) -> bool:
    return decision.kind is Kind.PENALTY and decision.is_in_force(decisions.today)


def _late_percent(rule: Decision, student: Student) -> Fraction:
    """Return what the rule takes off, in percent of the possible; an hour or a day counts once it is begun."""
    late = student.late_seconds - rule.grace_minutes * 60
    return min(rule.cap, math.ceil(late / EACH[rule.each]) * (rule.percent or Fraction(0))) if late > 0 else Fraction(0)


def _given(decision: Decision, criterion: CriterionRecord) -> Fraction | None:
    if decision.kind is not Kind.OVERRIDE:
        return None
    if decision.points is not None:
        # Another machine's twin of a criterion, or other weights, may be worth less than the class's.
        return min(decision.points, criterion.points)
    return (decision.percent or Fraction(0)) / 100 * criterion.points


def _moved(counted: Score, criterion: CriterionRecord, ruling: Ruling) -> Score:
    """Return a score in which the points of a criterion stand where a ruling puts them."""
    parts = {name: getattr(counted, name) - getattr(score([criterion]), name) for name in vars(counted)}
    if ruling.points is None:
        parts["skipped"] += criterion.points
    else:
        parts["earned"] += ruling.points
        parts["lost"] += criterion.points - ruling.points
    return Score(**parts)


def _ruling(decision: Decision, criterion: str) -> Ruling:
    said = (decision.reason, decision.author, decision.date.isoformat())
    expires = decision.expires.isoformat() if decision.expires else ""
    return Ruling(decision.kind, decision.place, *said, expires=expires, criterion=criterion)


def _expired(decision: Decision, decisions: Decisions) -> str:
    return "" if decision.is_in_force(decisions.today) else f"it expired on {decision.expires}"


def _seen(criterion: CriterionRecord) -> str:
    if criterion.outcome in (Outcome.UNDETERMINED, Outcome.SKIPPED):
        return str(criterion.outcome)
    return f"{criterion.outcome}: {number(criterion.earned)} of {number(criterion.points)}"


def _span(seconds: float) -> str:
    """Return a length of time as people say how late something is."""
    days, hours = divmod(seconds / 3600, 24)
    return f"{days:.0f} d {hours:.1f} h" if days else f"{hours:.1f} h"
