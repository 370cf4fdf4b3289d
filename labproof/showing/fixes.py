"""What to fix, ranked: the same mistake on two machines once, and first what most points wait for."""

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

from labproof.records.model import CriterionRecord, Outcome, RunRecord, SectionRecord, Slip


@dataclass(frozen=True)
class Fix:
    """One thing to put right: a failed criterion, with its twins on other machines, and what waits for it."""

    section: SectionRecord
    criteria: tuple[CriterionRecord, ...]
    waiting: tuple[CriterionRecord, ...]

    @property
    def lead(self) -> CriterionRecord:
        """Return the criterion that stands for all of them."""
        return self.criteria[0]

    @property
    def twins(self) -> tuple[CriterionRecord, ...]:
        """Return the others."""
        return self.criteria[1:]

    @property
    def points(self) -> Fraction:
        """Return the points that are lost by it."""
        return sum((c.points for c in self.criteria), Fraction(0))

    @property
    def unblocks(self) -> Fraction:
        """Return the points that cannot be judged before it is put right."""
        return sum((c.points for c in self.waiting), Fraction(0))

    @property
    def is_seen_alike(self) -> bool:
        """Tell whether the same was expected and found on every machine."""
        return len({(c.expected, c.found) for c in self.criteria}) == 1

    @property
    def slips(self) -> tuple[Slip, ...]:
        """Return the slips that its evidence shows, each once."""
        return tuple({slip.id: slip for c in reversed(self.criteria) for slip in reversed(c.slips)}.values())[::-1]


def ranked(run: RunRecord) -> list[Fix]:
    """Return what to fix: first what gives most, by its own points and by those that wait; else in course order."""
    waiting = _waiting(run)
    twins: defaultdict[tuple[str, ...], list[CriterionRecord]] = defaultdict(list)
    sections: dict[tuple[str, ...], SectionRecord] = {}
    for section in run.sections:
        for criterion in section.criteria:
            if criterion.outcome is Outcome.FAILED:
                key = _key(section, criterion)
                twins[key].append(criterion)
                sections[key] = section
    found = [Fix(sections[k], tuple(group), _together(group, waiting)) for k, group in twins.items()]
    return sorted(found, key=lambda fix: -(fix.points + fix.unblocks))


def machine_of(criterion: CriterionRecord) -> str:
    """Return the machine that a criterion concerns by its id, empty where it concerns no single one."""
    return criterion.id.partition("@")[2]


def _key(section: SectionRecord, criterion: CriterionRecord) -> tuple[str, ...]:
    """Return what twins share: the entry of the course, and what is advised."""
    base, slips = criterion.id.partition("@")[0], tuple(sorted(s.id for s in criterion.slips))
    return (section.id, base, criterion.why, criterion.try_this, *criterion.hints, *slips)


def _together(group: list[CriterionRecord], waiting: dict[str, list[CriterionRecord]]) -> tuple[CriterionRecord, ...]:
    return tuple(blocked for criterion in group for blocked in waiting.get(criterion.id, ()))


def _waiting(run: RunRecord) -> dict[str, list[CriterionRecord]]:
    """Return the blocked criteria of each one that failed, also those behind others that are blocked."""
    known = {c.id: c for c in run.criteria}
    failed = {s.id: next((c.id for c in s.criteria if c.outcome is Outcome.FAILED), "") for s in run.sections}
    waiting: defaultdict[str, list[CriterionRecord]] = defaultdict(list)
    for criterion in run.criteria:
        if criterion.outcome is Outcome.BLOCKED:
            cause = _cause(criterion, known)
            waiting[failed.get(cause, cause)].append(criterion)
    return dict(waiting)


def _cause(criterion: CriterionRecord, known: dict[str, CriterionRecord]) -> str:
    """Return what blocks a criterion in the end; a result that was edited may lead in a circle."""
    cause, passed = criterion.blocked_by, {criterion.id}
    while (before := known.get(cause)) and before.outcome is Outcome.BLOCKED and cause not in passed:
        passed.add(cause)
        cause = before.blocked_by
    return cause
