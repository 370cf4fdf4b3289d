"""How much of a scenario is carried out at a time: all of it, or its work now and the look at it later."""

from dataclasses import dataclass
from enum import Enum

from labproof.grading.syllabus import ScenarioPlan, Sentence


class Part(Enum):
    """What of a scenario is carried out."""

    WHOLE = "whole"
    WORK = "work"
    """All up to its criteria; what holds already is looked at before."""
    LOOK = "look"
    """Its criteria, and visits, which leave nothing behind: their work was done in another turn."""


@dataclass(frozen=True)
class Turn:
    """A scenario, or a part of one, that is carried out in one go."""

    scenario: ScenarioPlan
    part: Part = Part.WHOLE

    def includes(self, sentence: Sentence) -> bool:
        """Tell whether a sentence of the scenario belongs to this turn."""
        is_look = sentence.kind == "then" or sentence.text in self.scenario.visits
        return self.part is Part.WHOLE or is_look is (self.part is Part.LOOK)


def halves(scenario: ScenarioPlan) -> tuple[Turn, ...]:
    """Return the turns of a scenario that is looked at later: one for its work, where it has any, and one to look."""
    if not scenario.whens:
        return (Turn(scenario),)
    return Turn(scenario, Part.WORK), Turn(scenario, Part.LOOK)
