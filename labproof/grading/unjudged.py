"""Records of what was not looked at: of a criterion, with the help that it gives all the same, and of a section."""

from dataclasses import replace

from labproof.grading.rubric import Entry
from labproof.ground import fault
from labproof.ground.errors import CheckFailed, LabError, NoCluster, Refused
from labproof.records.model import CriterionRecord, SectionRecord


def record(entry: Entry, reason: str) -> CriterionRecord:
    """Return an undetermined record of a criterion, and why it could not be judged."""
    return CriterionRecord(
        id=entry.id,
        text=entry.text,
        points=entry.points,
        reason=reason,
        where=entry.machine,
        why=entry.source.why,
        hints=entry.source.hints,
        try_this=entry.source.try_this,
    )


def unseen(section: SectionRecord, reason: str) -> SectionRecord:
    """Return a section whose criteria that nobody has looked at say why."""
    scenarios = tuple(
        replace(s, criteria=tuple(c if c.looks else replace(c, reason=reason) for c in s.criteria))
        for s in section.scenarios
    )
    return replace(section, scenarios=scenarios)


def blindness(problem: Exception | None) -> str:
    """Return why a criterion could not be seen; nothing for one that was seen."""
    if problem is None or isinstance(problem, CheckFailed | NoCluster | Refused):
        return ""
    return f"we could not see: {problem}" if isinstance(problem, LabError) else fault.describe(problem)
