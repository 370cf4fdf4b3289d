"""How the students of a class stand while their labs are graded, kept on disk at every step."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from labproof.classes import likeness, outcome, register
from labproof.classes.noted import Noted
from labproof.classes.outcome import Graded, Seen
from labproof.classes.register import Grading, Register, Standing, State
from labproof.classes.roster import Student
from labproof.ground.errors import LabError

_KEPT = 20
"""Gradings of a student that are remembered one by one."""


@dataclass
class Standings:
    """Keeps `class.json` up to date: each student's result that counts, the newest grading's end, and questions."""

    folder: Path
    course: str
    rubric: str
    students: dict[str, Standing]
    left: tuple[Standing, ...] = ()
    """Whom the roster has no more."""
    seen: dict[str, Seen] = field(default_factory=dict)
    _fresh: set[str] = field(default_factory=set)
    """Whose result that counts is of this grading."""

    @classmethod
    def begin(
        cls, folder: Path, course: str, rubric: str, students: Iterable[Student], is_resumed: bool
    ) -> "Standings":
        """Return how a class stands before it is graded: anew, or as far as an earlier grading came.

        What was graded earlier stays what counts until there is something better.
        """
        earlier = register.load(folder)
        known = register.by_id((*earlier.left, *earlier.students)) if earlier and earlier.rubric == rubric else {}
        standings = cls(folder, course, rubric, {})
        for student in students:
            old = known.pop(student.id, None) or Standing(student.id, "", "", "")
            new = replace(old, name=student.name, email=student.email, group=student.group)
            seen = outcome.look_again(folder / new.run) if new.run else None
            if seen is not None:
                standings.seen[student.id] = seen
            is_done = is_resumed and seen is not None and new.state is State.GRADED
            new = new if is_done else replace(new, state=State.WAITING, why="", run=new.run if seen else "")
            standings.students[student.id] = new
        standings.left = tuple(known.values())
        return standings

    def settle(self, student: str, graded: Graded, is_again: bool) -> None:
        """Take note of what a grading has come to; `is_again` tells that the lab was asked again in the end."""
        old, is_better = self.students[student], self._is_better(student, graded, is_again)
        if is_again and not is_better:
            return
        # What is asked again in the end belongs to the same grading.
        earlier = old.history[:-1] if is_again else old.history
        was_attempt = any(grading.is_attempt for grading in old.history[len(earlier) :])
        new = replace(old, state=graded.state, why=graded.why)
        if is_better and graded.seen is not None:
            self.seen[student] = graded.seen
            self._fresh.add(student)
            new = replace(new, run=graded.seen.run.relative_to(self.folder).as_posix())
        run = graded.seen.run.relative_to(self.folder).as_posix() if graded.seen else ""
        one = Grading(run, graded.state, graded.why, graded.is_attempt or was_attempt)
        attempts = old.attempts + (one.is_attempt and not was_attempt)
        self.students[student] = replace(new, attempts=attempts, history=(*earlier, one)[-_KEPT:])

    def _is_better(self, student: str, graded: Graded, is_again: bool) -> bool:
        """Tell whether a result is to count from now on: one that we have cut off never takes a whole one's place."""
        known, is_graded = self.seen.get(student), graded.state is State.GRADED
        if graded.seen is None or known is None:
            return graded.seen is not None
        if is_graded and (not is_again or self.students[student].state is not State.GRADED):
            return True
        if not is_again:
            # Where nothing was ever graded, the newest run tells best why.
            return self.students[student].attempts == 0 and graded.seen.undetermined <= known.undetermined
        has_more = graded.seen.undetermined < known.undetermined
        return has_more and (is_graded or student in self._fresh)

    def base(self, student: str) -> str:
        """Return the run of which only that needs to be asked again that could not be seen, nothing where all does."""
        state, seen = self.students[student].state, self.seen.get(student)
        goes_on = state is State.GRADED or (state is State.TIMEOUT and student in self._fresh)
        return seen.run.name if seen is not None and goes_on else ""

    def leave(self, student: str, why: str) -> None:
        """Take note that a grading was cut off by whoever runs the class: it is still to be done."""
        self.students[student] = replace(self.students[student], state=State.WAITING, why=why)

    def save(self) -> None:
        """Bring `class.json` up to date. Raises LabError where it cannot be written; the old one stays then."""
        # In the order of the class, not in that in which its labs happened to be done.
        asked = likeness.questions({id_: self.seen[id_].marks for id_ in self.students if id_ in self.seen})
        self.students = {id_: self._noted(one, asked.get(id_, ())) for id_, one in self.students.items()}
        try:
            register.save(Register(self.course, self.rubric, tuple(self.students.values()), self.left), self.folder)
        except OSError as problem:
            where, fix = self.folder / register.NAME, "free some space or correct its rights, and add --resume"
            raise LabError(f"{where} cannot be written ({problem.strerror}); {fix}") from problem

    def _noted(self, standing: Standing, alike: tuple[str, ...]) -> Standing:
        """Return how a student stands with all that is to be asked: of likeness, and of the result that counts."""
        seen = self.seen.get(standing.id)
        own = seen.noted if seen else Noted()
        return replace(standing, questions=(*own.questions, *alike), late=own.late)

    def waiting(self) -> list[str]:
        """Return whose labs are still to be graded."""
        return [id_ for id_, one in self.students.items() if one.state is State.WAITING]

    def unsettled(self) -> list[str]:
        """Return whose labs have something that could not be seen."""
        return [id_ for id_, one in self.students.items() if not self._is_settled(id_, one)]

    def _is_settled(self, student: str, standing: Standing) -> bool:
        seen = self.seen.get(student)
        return standing.state is State.GRADED and seen is not None and seen.is_settled
