"""What one item of a session carries out."""

from dataclasses import dataclass

from labproof.grading.syllabus import ScenarioPlan
from labproof.grading.turns import Turn


@dataclass
class Chosen:
    """One scenario that this session runs, or a part of one."""

    turn: Turn
    use: str
    ends_section: bool = False

    @property
    def plan(self) -> ScenarioPlan:
        """Return the scenario."""
        return self.turn.scenario
