"""The record of a criterion that was not looked at, with the help that it gives all the same."""

from labproof.grading.rubric import Entry
from labproof.records.model import CriterionRecord


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
