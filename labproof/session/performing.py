"""Who does the work of a When: the runner, or nobody when a student's work is graded."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from contextvars import copy_context
from typing import Any, Protocol

from labproof.ground.errors import ActionFailed, NotRecorded
from labproof.lab.machine import Machine


class Performer(Protocol):
    """Carries out actions, or leaves them out."""

    def __call__(self, action: Callable[..., str | None], *arguments: Any) -> None:
        """Carry out one action; what it returns is how it was done."""
        ...

    def visit(self, action: Callable[..., str], *arguments: Any) -> None:
        """Carry out an action that leaves nothing behind and returns how it was done."""
        ...

    def each(self, action: Callable[..., None], machines: Iterable[Machine], *arguments: Any) -> None:
        """Carry out an action on every machine, all at once."""
        ...


def _in_silence(how: str) -> None:
    """Tell nobody how something was done."""


class Runner:
    """Does the work, unless it is done already; while it works, whatever it asks or sends is recorded as an act.

    `visiting` is how work is recorded that leaves nothing behind; `remark` is told how work was done that says so.
    """

    def __init__(
        self,
        is_done: Callable[[], bool],
        acting: Callable[[], AbstractContextManager[None]],
        visiting: Callable[[], AbstractContextManager[None]] = nullcontext,
        remark: Callable[[str], None] = _in_silence,
    ) -> None:
        self._is_done = is_done
        self._acting = acting
        self._visiting = visiting
        self._remark = remark

    def __call__(self, action: Callable[..., str | None], *arguments: Any) -> None:
        """Carry out one action."""
        if not self._is_done():
            with self._acting():
                self._tell(action(*arguments))

    def visit(self, action: Callable[..., str], *arguments: Any) -> None:
        """Carry out an action that leaves nothing behind: nothing that holds tells that it was done already."""
        try:
            with self._visiting():
                self._tell(action(*arguments))
        except NotRecorded:
            self._remark("the recording has none of it: an earlier Labproof logged in only to judge")

    def _tell(self, how: str | None) -> None:
        if isinstance(how, str):
            self._remark(how)

    def each(self, action: Callable[..., None], machines: Iterable[Machine], *arguments: Any) -> None:
        """Carry out an action on every machine at once; what failed on any of them is raised together."""
        if self._is_done():
            return
        targets = list(machines)
        with self._acting(), ThreadPoolExecutor(max_workers=len(targets)) as pool:
            futures = [pool.submit(copy_context().run, action, machine, *arguments) for machine in targets]
        problems = [p for p in (future.exception() for future in futures) if p is not None]
        if len(problems) > 1 and all(isinstance(p, ActionFailed) for p in problems):
            raise ActionFailed("\n".join(map(str, problems)))
        if problems:
            raise problems[0]


class Onlooker:
    """Does nothing: the student has done the work."""

    def __call__(self, action: Callable[..., str | None], *arguments: Any) -> None:
        """Leave the action out."""

    def visit(self, action: Callable[..., str], *arguments: Any) -> None:
        """Leave the action out."""

    def each(self, action: Callable[..., None], machines: Iterable[Machine], *arguments: Any) -> None:
        """Leave the action out."""
