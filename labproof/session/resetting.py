"""What a reset means for the results: what was judged later than the milestone does not hold any more."""

from dataclasses import replace
from pathlib import Path

from labproof.grading import rubric
from labproof.ground.errors import ConfigError
from labproof.records.evidence import now
from labproof.records.model import FINISHED, CriterionRecord, Mode, Outcome, RunRecord, ScenarioRecord, SectionRecord
from labproof.records.store import LATEST, create, find
from labproof.session import optional
from labproof.showing import report

REASON = "the machines were set back to before this; grade again"


def forget_later(milestone: str) -> Path | None:
    """Write a new latest result without what came after the milestone; return its report's path."""
    try:
        latest = find(LATEST).load()
    except ConfigError:
        return None
    order = {e.id: e.order for e in rubric.load(extras=optional.options()).exercises}
    folder = create(Mode.RESET)
    run = replace(
        without_later(latest, order, milestone),
        run=folder.path.name,
        mode=Mode.RESET,
        milestone=milestone,
        based_on=latest.run,
        started=now(),
        finished=now(),
        ended=FINISHED,
        evidence_head="",
        source=None,
    )
    folder.save(run)
    return report.write(run, folder.path)


def without_later(run: RunRecord, order: dict[str, int], milestone: str) -> RunRecord:
    """Return the run with every section after the milestone as if it had not been looked at.

    `order` is the order of the course's sections; what is not among them is not known to have come before.
    """
    kept = {id_ for id_, place in order.items() if place <= order.get(milestone, -1)}
    sections = tuple(_dated(s, run.run) if s.id in kept else _unseen(s) for s in run.sections)
    return replace(run, sections=sections)


def _dated(section: SectionRecord, run: str) -> SectionRecord:
    return replace(section, scenarios=tuple(s.known_from(run) for s in section.scenarios))


def _unseen(section: SectionRecord) -> SectionRecord:
    return replace(section, scenarios=tuple(_blank(s) for s in section.scenarios))


def _blank(scenario: ScenarioRecord) -> ScenarioRecord:
    criteria = tuple(
        CriterionRecord(
            id=c.id,
            text=c.text,
            points=c.points,
            outcome=Outcome.UNDETERMINED,
            where=c.where,
            reason=REASON,
            why=c.why,
            hints=c.hints,
            try_this=c.try_this,
        )
        for c in scenario.criteria
    )
    return ScenarioRecord(scenario.name, "none", criteria=criteria)
