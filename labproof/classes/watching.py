"""A class that is graded again and again while it works: a round ends before the next one begins."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from labproof.classes.doors import Doors
from labproof.classes.grading import ClassGrading
from labproof.classes.roster import Student
from labproof.classes.running import RUNS, Grader
from labproof.classes.standings import Standings
from labproof.ground.exit_status import ExitStatus
from labproof.ground.interrupts import as_interrupt
from labproof.ground.wait import Clock, Deadline, poll
from labproof.records.store import every
from labproof.showing.class_board import Board


@dataclass
class Watch:
    """Looks at every lab once a round: nobody is asked twice in one. `begin` returns how the class stands then."""

    students: Mapping[str, Student]
    begin: Callable[[], Standings]
    grader: Grader
    jobs: int
    board: Board
    clock: Clock = field(default_factory=Clock)
    doors: Doors = field(default_factory=Doors)

    def run(self, every_seconds: float, rounds: int | None = None) -> ExitStatus:
        """Go on until Ctrl-C, or for so many rounds; `every_seconds` is from the end of one to the next."""
        done = 0
        while rounds is None or done < rounds:
            if done and not self._rest(every_seconds):
                return ExitStatus.INTERRUPTED
            standings = self.begin()
            grading = ClassGrading(
                self.students, standings, self.grader, self.jobs, self.board, asks_again=False, doors=self.doors
            )
            if (status := grading.run()) is ExitStatus.INTERRUPTED:
                return status
            self._tidy(standings)
            done += 1
        return ExitStatus.FULL

    def _rest(self, seconds: float) -> bool:
        """Wait, and tell whether nobody has ended it meanwhile."""
        try:
            with as_interrupt():
                poll(lambda: False, bool, Deadline(seconds, self.clock), every=min(seconds, 0.5))
        except KeyboardInterrupt:
            return False
        return True

    def _tidy(self, standings: Standings) -> None:
        """Take away all runs but those that count: each look is whole by itself."""
        for id_, standing in standings.students.items():
            for run in every(self.grader.out / id_ / RUNS):
                if run.path != self.grader.out / standing.run:
                    shutil.rmtree(run.path, ignore_errors=True)
