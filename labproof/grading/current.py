"""The scenario that runs at the moment."""

from dataclasses import dataclass, field

from labproof.grading.syllabus import ScenarioPlan, Sentence
from labproof.grading.turns import Turn
from labproof.records.model import CriterionRecord, Exchange, StepRecord


@dataclass
class Current:
    """A scenario that is carried out, and what of it is recorded so far; `started` is ISO, `clock` in seconds."""

    turn: Turn
    use: str
    started: str
    clock: float
    sentence: Sentence | None = None
    steps: list[StepRecord] = field(default_factory=list)
    criteria: list[CriterionRecord] = field(default_factory=list)
    acted: list[Exchange] = field(default_factory=list)
    fault: str = ""
    remark: str = ""
    spent: float = 0.0
    """How long its work took, in seconds, where only its criteria are left."""

    @property
    def plan(self) -> ScenarioPlan:
        """Return the scenario."""
        return self.turn.scenario

    @property
    def is_visit(self) -> bool:
        """Tell whether the current sentence leaves nothing behind."""
        return self.sentence is not None and self.sentence.text in self.plan.visits
