"""The grading of a whole class: many labs at once, and no lab's trouble another's."""

import contextlib
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import replace

from labproof.classes import table
from labproof.classes.doors import Doors
from labproof.classes.outcome import Graded, Ungraded
from labproof.classes.register import State
from labproof.classes.roster import Student
from labproof.classes.running import LabAtWork, Order, Starter
from labproof.classes.standings import Standings
from labproof.ground import fault
from labproof.ground.errors import LabError
from labproof.ground.exit_status import ExitStatus
from labproof.ground.interrupts import as_interrupt
from labproof.ground.wait import Deadline
from labproof.host import warm
from labproof.showing.class_board import Board

CUT_OFF = "interrupted; --resume goes on from here"
_LOOK_SECONDS = 0.5
_SAVE_SECONDS = 1.0
_SAVE_SHARE = 10
"""The register of a large class takes long to be written: at most so small a part of the time is spent on it."""

_MOST_AWAITED = 5


class ClassGrading:
    """Grades the labs that are to be graded, `jobs` at a time, and asks those again that had more to be seen."""

    def __init__(
        self,
        students: Mapping[str, Student],
        standings: Standings,
        grader: Starter,
        jobs: int,
        board: Board,
        asks_again: bool = True,
        doors: Doors | None = None,
    ) -> None:
        self._students = students
        self._standings = standings
        self._grader = grader
        self._jobs = jobs
        self._board = board
        self._asks_again = asks_again
        self._doors = doors or Doors()
        self._running: list[LabAtWork] = []
        self._unsaved, self._next_save = False, Deadline(0.0)

    def run(self) -> ExitStatus:
        """Grade the class and return how that ended. Raises LabError where `class.json` cannot be written at all."""
        self._standings.save()
        try:
            with as_interrupt():
                self._round(deque(Order(self._students[id_]) for id_ in self._standings.waiting()))
                if self._asks_again:
                    self._round(deque(self._again()), is_again=True)
        except KeyboardInterrupt:
            self._stop()
            self._board.tell(CUT_OFF)
            return ExitStatus.INTERRUPTED
        finally:
            # Nothing of a class goes on behind it, whatever has ended it.
            warm.end(lab.command for lab in self._running)
        self._standings.save()
        return self._status()

    def _again(self) -> list[Order]:
        """Return the orders to ask every lab again of which something could not be seen."""
        return [Order(self._students[id_], self._standings.base(id_)) for id_ in self._standings.unsettled()]

    def _round(self, left: deque[Order], is_again: bool = False) -> None:
        if is_again and left:
            self._board.tell(f"asking again where something could not be seen: {len(left)}")
        while left or self._running:
            self._doors.listen()
            while len(self._running) < self._jobs and (order := self._take(left, is_again)) is not None:
                self._start(order, is_again)
            if not (left or self._running):
                break
            warm.wait_for_any((lab.command for lab in self._running), _LOOK_SECONDS, self._doors.ears)
            self._save_what_is_new()
            for lab in tuple(self._running):
                lab.keep_time()
                if not lab.command.is_alive:
                    self._running.remove(lab)
                    self._settle(lab.order.student, self._outcome(lab), is_again)
            self._show(left)

    def _take(self, left: deque[Order], is_again: bool) -> Order | None:
        """Take the first lab out of the queue whose machines have nothing more to wait for, if there is one."""
        for order in tuple(left):
            student = order.student.id
            if self._doors.is_awaited(student):
                continue
            if not is_again or self._doors.is_there(student):
                left.remove(order)
                return replace(order, silent=self._doors.silent(student))
            if not self._doors.may_still_come(student):
                # It was knocked at again and again since it was graded: nothing more would be seen.
                left.remove(order)
                self._board.tell(f"{table.who(order.student)}: still does not answer")
        return None

    def _show(self, left: Iterable[Order]) -> None:
        awaited = [order.student for order in left if self._doors.is_awaited(order.student.id)][:_MOST_AWAITED]
        rows = [*table.rows(self._running), *table.awaited(awaited, self._doors.patience)]
        self._board.show(rows, table.summary(self._standings, len(tuple(left))))

    def _start(self, order: Order, is_again: bool) -> None:
        try:
            self._running.append(self._grader.start(order))
        except Ungraded as problem:
            self._settle(order.student, Graded(problem.state, None, problem.why), is_again)
        except OSError as problem:
            said = f"it could not be started ({problem.strerror or problem})"
            self._settle(order.student, Graded(State.BROKEN, None, said), is_again)

    def _outcome(self, lab: LabAtWork) -> Graded:
        # What a hostile lab can bring into its result is no other student's trouble.
        try:
            return lab.result()
        except Exception as problem:
            return Graded(State.BROKEN, None, fault.describe(problem))

    def _settle(self, student: Student, graded: Graded, is_again: bool) -> None:
        self._standings.settle(student.id, graded, is_again)
        self._unsaved = True
        self._save_what_is_new()
        self._board.tell(*table.line(student, graded))

    def _save_what_is_new(self) -> None:
        """Bring the register up to date, though not once for each lab of many that end together."""
        if not (self._unsaved and self._next_save.is_expired):
            return
        saving = Deadline(_SAVE_SECONDS)
        # A full disk must not end the grading: the end tries once more.
        with contextlib.suppress(LabError):
            self._standings.save()
        self._unsaved, self._next_save = False, Deadline(max(_SAVE_SECONDS, _SAVE_SHARE * saving.elapsed))

    def _stop(self) -> None:
        """End what runs in order: each grading writes down what it knows; the register says that it is to be done."""
        stopped, self._running = self._running, []
        warm.end(lab.command for lab in stopped)
        for lab in stopped:
            self._standings.leave(lab.order.student.id, CUT_OFF)
        self._standings.save()

    def _status(self) -> ExitStatus:
        if self._standings.unsettled():
            return ExitStatus.OURS
        is_full = all(seen.score.is_full for seen in self._standings.seen.values())
        return ExitStatus.FULL if is_full else ExitStatus.LOST
