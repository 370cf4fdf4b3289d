"""The third proof: mistake after mistake is made, graded, undone, and seen to be undone."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

from labproof.ground.errors import LabError, ProvisionError
from labproof.ground.places import Progress
from labproof.ground.slowness import stretched
from labproof.ground.wait import Clock, Deadline, poll
from labproof.proving.catalogue import Commands, Trial
from labproof.proving.compare import Verdict, compare, not_fine
from labproof.records.model import RunRecord

PATIENCE = 3.0
GREEN_PATIENCE = 60.0


class ProvenLab(Protocol):
    """What seeding needs of a lab."""

    def grade(self, name: str, patience: float) -> RunRecord:
        """Grade the machines as they are."""
        ...

    def carry_out(self, commands: Commands) -> None:
        """Run commands on the machines."""
        ...

    def restore(self) -> None:
        """Bring the machines back to the finished lab."""
        ...


@dataclass(frozen=True)
class Tried:
    """One mistake and what became of it; `seconds` is how long making, grading and undoing took."""

    mistake: Trial
    verdict: Verdict = field(default_factory=Verdict)
    seconds: float = 0.0
    trouble: tuple[str, ...] = ()
    """What went wrong apart from the verdict: it could not be made or undone, or not all was green again."""
    unseen_at_first: tuple[str, ...] = ()
    """What could not be seen the first time, so that it was tried once more."""

    @property
    def problems(self) -> list[str]:
        """Return everything that is wrong with this mistake, one sentence each."""
        judged = self.verdict.problems(self.mistake.hint) if self.verdict != Verdict() else []
        return [*judged, *self.trouble]


class Seeding:
    """Tries mistakes one after the other.

    What a mistake had touched must be green when the next is graded; only where both touch the same, or the lab
    takes its time to recover, a run of its own looks for that.
    """

    def __init__(self, lab: ProvenLab, tell: Progress, clock: Clock | None = None) -> None:
        self._lab = lab
        self._tell = tell
        self._clock = clock or Clock()
        self._awaited: frozenset[str] = frozenset()
        self.tried: list[Tried] = []

    def all(self, mistakes: tuple[Trial, ...]) -> list[Tried]:
        """Try every mistake and make sure that the lab is as it was in the end."""
        for number, mistake in enumerate(mistakes, 1):
            self._attempt(mistake)
            self._tell(f"{number}/{len(mistakes)} {_line(self.tried[-1])}")
        if self._awaited:
            self._require_green(GREEN_PATIENCE)
        return self.tried

    def _attempt(self, mistake: Trial, is_again: bool = False, unseen: tuple[str, ...] = ()) -> None:
        if self._awaited & set(mistake.costs):
            self._require_green(GREEN_PATIENCE)
        watch = Deadline(0, self._clock)
        verdict, trouble = self._seen(mistake)
        late = (self._awaited & verdict.collateral.keys()) - set(verdict.unseen)
        if (late or verdict.unseen) and not is_again:
            if late:
                self._blame(late)
            self._put_back(mistake, mistake.recover or GREEN_PATIENCE)
            self._attempt(mistake, is_again=True, unseen=verdict.unseen)
            return
        self._awaited = verdict.touched
        self.tried.append(Tried(mistake, verdict, trouble=tuple(trouble), unseen_at_first=unseen))
        self._put_back(mistake, mistake.recover)
        self.tried[-1] = replace(self.tried[-1], seconds=round(watch.elapsed, 1))

    def _seen(self, mistake: Trial) -> tuple[Verdict, list[str]]:
        try:
            for part in mistake.parts:
                self._lab.carry_out(part.make)
            poll(lambda: None, lambda _: False, Deadline(stretched(mistake.settle), self._clock))
            return compare(mistake, self._lab.grade(mistake.id, PATIENCE)), []
        except LabError as problem:
            return Verdict(), [f"it could not be made or graded: {problem}"]

    def _put_back(self, mistake: Trial, recover: float) -> None:
        if mistake.kind == "reset":
            self._lab.restore()
        else:
            self._attended(lambda: self._undo(mistake))
        if recover:
            self._require_green(recover)

    def _undo(self, mistake: Trial) -> None:
        for part in reversed(mistake.parts):
            self._lab.carry_out(part.undo)

    def _attended(self, undo: Callable[[], None]) -> None:
        try:
            undo()
        except LabError as problem:
            self._note(f"it could not be undone: {problem}")
            self._start_over()

    def _require_green(self, seconds: float) -> None:
        """Look until all is green; what is not in time is told, and the finished lab is brought back."""
        deadline = Deadline(stretched(seconds), self._clock)
        ended = poll(
            lambda: not_fine(self._lab.grade("green", min(seconds, GREEN_PATIENCE))), lambda left: not left, deadline
        )
        self._awaited = frozenset()
        if not ended.is_met:
            left = "; ".join(f"{id_} is {seen}" for id_, seen in ended.value.items())
            self._note(f"not green again after {ended.seconds:.0f} s: {left}")
            self._start_over()

    def _start_over(self) -> None:
        self._tell(f"bringing the finished lab back: {self.tried[-1].trouble[-1]}")
        self._lab.restore()
        self._awaited = frozenset()
        deadline = Deadline(stretched(180), self._clock)
        ended = poll(lambda: not_fine(self._lab.grade("green", GREEN_PATIENCE)), lambda left: not left, deadline)
        if not ended.is_met:
            raise ProvisionError(
                f"expected the finished lab to be green after it was restored, found: {ended.value}\n"
                "  try: labproof down, then labproof author check"
            )

    def _blame(self, late: frozenset[str]) -> None:
        self._note(f"not green again when the next mistake was graded: {', '.join(sorted(late))}")

    def _note(self, trouble: str) -> None:
        if not self.tried:
            raise ProvisionError(f"the lab was not green to begin with: {trouble}")
        last = self.tried[-1]
        self.tried[-1] = replace(last, trouble=(*last.trouble, trouble))


def _line(tried: Tried) -> str:
    seen = tried.verdict
    if problems := tried.problems:
        head = f"{tried.mistake.id}: NOT caught as it should be ({tried.seconds:.0f} s)"
        return "\n".join((head, *(f"    {problem}" for problem in problems)))
    parts = [f"{len(seen.red)} red"]
    parts += [f"{len(seen.blocked)} blocked"] if seen.blocked else []
    parts += [f"{len(seen.consequences)} with it"] if seen.consequences else []
    parts += ["at the second attempt"] if tried.unseen_at_first else []
    return f"{tried.mistake.id}: caught, {', '.join(parts)} ({tried.seconds:.0f} s)"
