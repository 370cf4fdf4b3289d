"""What is known of every criterion: judged in this run or in the one that it continues, and settled anew with each."""

from dataclasses import replace

from labproof.grading import unjudged
from labproof.grading.rubric import Entry
from labproof.grading.settling import Seen, Settled, settle
from labproof.grading.syllabus import Syllabus
from labproof.records.model import CriterionRecord, Outcome, RunRecord, ScenarioRecord


class Verdicts:
    """The criteria of one run and what has become of them."""

    def __init__(self, run: RunRecord, plan: Syllabus) -> None:
        self._plan = plan
        self._known = {c.id: c for c in run.criteria}
        self._earlier = {c.id: Settled(c.outcome, c.blocked_by) for c in run.criteria}
        self._seen: dict[str, Seen] = {}
        self._judged: dict[str, CriterionRecord] = {}
        self._blamed: set[str] = set()
        self._resettled: dict[str, CriterionRecord] = {}

    def outcome(self, id_: str) -> Outcome:
        """Return what is known of a criterion."""
        return self._known[id_].outcome if id_ in self._known else Outcome.UNDETERMINED

    def has_failed(self, id_: str) -> bool:
        """Tell whether a criterion is known to be lost or blocked."""
        return self.outcome(id_) in (Outcome.FAILED, Outcome.BLOCKED)

    def has_judged(self, id_: str) -> bool:
        """Tell whether this run has come to a criterion."""
        return id_ in self._judged

    def skip(self, entry: Entry, record: CriterionRecord) -> None:
        """Keep the record of a criterion that does not apply."""
        self._seen[record.id] = Seen(entry)
        self._judged[record.id] = self._known[record.id] = record

    def add(self, seen: Seen, record: CriterionRecord, own: set[str]) -> None:
        """Keep what was seen of a criterion, and settle all that it may have been the cause of.

        `own` are the criteria of its scenario: what becomes of them is told with it, and not as a change.
        """
        id_ = seen.entry.id
        self._seen[id_] = seen
        self._judged[id_] = self._known[id_] = record
        # What was looked at later than its place in the course is no less a cause for that.
        in_order = {id_: self._seen[id_] for id_ in self._known if id_ in self._seen}
        for other, settled in settle(in_order, self._earlier, self._plan.rubric.graders).items():
            if self._judged[other].outcome is not Outcome.SKIPPED:
                self._settle(other, settled, is_told=other in {*own, id_})

    def _settle(self, id_: str, settled: Settled, is_told: bool) -> None:
        record, was = self._judged[id_], self._known[id_]
        slips = record.slips if settled.outcome is Outcome.FAILED else ()
        # Each new criterion settles all of them anew, and few become another.
        if (
            settled.outcome is was.outcome
            and settled.blocked_by == was.blocked_by
            and settled.reason == was.reason
            and slips == was.slips
        ):
            return
        new = replace(
            record, outcome=settled.outcome, blocked_by=settled.blocked_by, reason=settled.reason, slips=slips
        )
        if (new.outcome, new.blocked_by) != (was.outcome, was.blocked_by) and not is_told:
            self._resettled[id_] = new
        self._known[id_] = new

    def take_resettled(self) -> tuple[CriterionRecord, ...]:
        """Return the criteria of earlier scenarios that were settled otherwise since this was asked last."""
        taken, self._resettled = tuple(self._resettled.values()), {}
        return taken

    def blamed(self, criteria: tuple[CriterionRecord, ...], reason: str) -> tuple[CriterionRecord, ...]:
        """Return the criteria; with a reason, those that were not judged in this run are undetermined for it."""
        if not reason:
            return criteria
        blamed = {
            entry.id: unjudged.record(entry, reason)
            for entry in (self._plan.rubric.entries[c.id] for c in criteria if not self.has_judged(c.id))
        }
        self._known |= blamed
        self._blamed |= blamed.keys()
        return tuple(blamed.get(c.id, c) for c in criteria)

    def known(self, criteria: tuple[CriterionRecord, ...]) -> tuple[CriterionRecord, ...]:
        """Return criteria with what has become of them since they were judged."""
        ours, blamed = self._judged, self._blamed
        return tuple(self._known[c.id] if c.id in ours or c.id in blamed else c for c in criteria)

    def settled(self, scenario: ScenarioRecord) -> ScenarioRecord:
        """Return a scenario with what has become of its criteria since they were judged."""
        criteria = self.known(scenario.criteria)
        outcomes = {c.text: c.outcome for c in criteria if self.has_judged(c.id)}
        steps = tuple(
            replace(s, outcome=type(s.outcome)(outcomes[s.text])) if outcomes.get(s.text, s.outcome) != s.outcome else s
            for s in scenario.steps
        )
        return replace(scenario, criteria=criteria, steps=steps)
