"""Answers that are fetched before they are asked for: one batch a machine instead of a question at a time.

Gradings of one course ask nearly the same questions. What the last one asked is sent to every machine at
once, so that all facts are read within a second; what it did not ask is asked as ever. An answer serves every
sentence once, to whom it saves a question: looking again, after a wait or a change, is always a new question.
"""

import json
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from labproof.connection.base import Command, CommandResult, HttpRequest, HttpResponse, Purpose
from labproof.connection.visit import Sight, Visit
from labproof.ground import shape, whole_file
from labproof.ground.wait import Clock, Deadline

SHELLS = 3
"""How many shells a machine's questions are spread over."""

FRESH_SECONDS = 30.0
"""How old an answer may be, in seconds, that a sentence is given: while a lab is waited for, things change."""

_MOST = 1000
_Key = tuple[str, str, float, str]


class Machines(Protocol):
    """Machines that can be asked one question, or many in one go."""

    def run(self, command: Command, purpose: Purpose) -> CommandResult:
        """Run one command."""
        ...

    def run_all(self, machine: str, commands: Sequence[Command]) -> Iterator[CommandResult]:
        """Run commands that do not depend on each other and yield their results in order."""
        ...

    def fetch(self, request: HttpRequest, purpose: Purpose) -> HttpResponse:
        """Ask for a page or an API path."""
        ...

    def visit(self, visit: Visit, purpose: Purpose) -> Sight:
        """Have a real browser do something on a page."""
        ...

    def close(self) -> None:
        """Let go of the machines."""
        ...


@dataclass(frozen=True)
class Question:
    """A command that only read, and the seconds that it took."""

    machine: str
    line: str
    timeout: float
    shell: str
    seconds: float

    @property
    def command(self) -> Command:
        """Return the command."""
        return Command(self.machine, self.line, self.timeout, self.shell)


@dataclass(frozen=True)
class _Answer:
    """What was fetched ahead, and until when it is handed out."""

    result: CommandResult
    fresh: Deadline


class Foresight:
    """Passes questions on, and learns them; what was fetched ahead is answered from there."""

    def __init__(self, inner: Machines, clock: Clock | None = None) -> None:
        self._inner = inner
        self._clock = clock or Clock()
        self._fetched: dict[_Key, Future[_Answer | None]] = {}
        self._asked: set[_Key] = set()
        self._has_begun = False
        self._learnt: dict[_Key, Question] = {}

    @property
    def learnt(self) -> tuple[Question, ...]:
        """Return every question that was asked so far, in order."""
        return tuple(self._learnt.values())

    def begin(self, known: Callable[[], Iterable[Question]], machines: Collection[str]) -> None:
        """Begin, but only once, to ask these machines all that is known to be asked of them."""
        if not self._has_begun:
            self._has_begun = True
            self.fetch_ahead(question for question in known() if question.machine in machines)

    def fetch_ahead(self, questions: Iterable[Question]) -> None:
        """Begin to ask all of these at once."""
        for machine, shares in _shared(questions).items():
            for share in shares:
                futures = [Future[_Answer | None]() for _ in share]
                self._fetched.update(zip(map(_key, share), futures, strict=True))
                threading.Thread(target=self._ask, args=(machine, share, futures), daemon=True).start()

    def begin_sentence(self) -> None:
        """Say that another sentence begins, which has not looked at anything yet."""
        self._asked.clear()

    def run(self, command: Command, purpose: Purpose) -> CommandResult:
        """Answer from what was fetched ahead, or ask."""
        if purpose is Purpose.ACT:
            # What was read before a change says nothing about what is there after it.
            self._fetched.clear()
            return self._inner.run(command, purpose)
        result = self._foreseen(command) or self._inner.run(command, purpose)
        if not command.is_fact:
            return result
        question = Question(command.machine, command.line, command.timeout, command.shell, result.seconds)
        self._learnt.setdefault(_key(command), question)
        return result

    def fetch(self, request: HttpRequest, purpose: Purpose) -> HttpResponse:
        """Ask for a page or an API path."""
        if purpose is Purpose.ACT:
            self._fetched.clear()
        return self._inner.fetch(request, purpose)

    def visit(self, visit: Visit, purpose: Purpose) -> Sight:
        """Have a real browser do something on a page."""
        if purpose is Purpose.ACT:
            self._fetched.clear()
        return self._inner.visit(visit, purpose)

    def close(self) -> None:
        """Let go of the machines."""
        self._fetched.clear()
        self._inner.close()

    def _foreseen(self, command: Command) -> CommandResult | None:
        if command.answers or not command.is_fact:
            return None
        key = _key(command)
        if key in self._asked:
            # What was fetched is of the past now, for the sentences to come as well.
            self._fetched.pop(key, None)
        self._asked.add(key)
        future = self._fetched.get(key)
        answer = future.result() if future is not None else None
        return answer.result if answer is not None and not answer.fresh.is_expired else None

    def _ask(self, machine: str, commands: Sequence[Command], futures: Iterable["Future[_Answer | None]"]) -> None:
        left = iter(futures)
        try:
            for result in self._inner.run_all(machine, commands):
                next(left).set_result(_Answer(result, Deadline(FRESH_SECONDS, self._clock)))
        except Exception:
            # Whoever needs the answer asks for it, and meets what is wrong there: here it would be nobody's, and pytest
            # would blame the scenario that happens to run.
            pass
        finally:
            for future in left:
                future.set_result(None)


def load(path: Path) -> tuple[Question, ...]:
    """Return the questions that were kept in a file; none when it is not there or not ours."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return tuple(shape.record(Question, row) for row in rows[:_MOST])
    # What is misshapen is a ValueError, too.
    except (OSError, ValueError, TypeError, RecursionError):
        return ()


def save(path: Path, questions: Iterable[Question], mode: int = 0o600) -> None:
    """Keep questions in a file, by default of the grader's own; they are commands that will be run on the machines."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = json.dumps([asdict(question) for question in questions], ensure_ascii=False, indent=0)
    # Every lab of a class keeps its own in this one place.
    whole_file.replace(path, text, mode)


def _key(command: Command) -> _Key:
    return command.machine, command.line, command.timeout, command.shell


def _shared(questions: Iterable[Question]) -> dict[str, list[list[Command]]]:
    """Spread each machine's questions over its shells: the next one goes where the least is to be done."""
    shares: dict[str, list[tuple[float, list[Command]]]] = {}
    for question in questions:
        own = shares.setdefault(question.machine, [(0.0, []) for _ in range(SHELLS)])
        least = min(range(SHELLS), key=lambda n: own[n][0])
        seconds, commands = own[least]
        commands.append(question.command)
        own[least] = (seconds + question.seconds, commands)
    return {machine: [commands for _, commands in own if commands] for machine, own in shares.items()}
