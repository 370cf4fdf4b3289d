"""The three proofs in a row: untouched machines, the finished lab, and every mistake of the catalogue."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from labproof.grading.rubric import Rubric
from labproof.ground.errors import ConfigError
from labproof.ground.places import Progress
from labproof.proving import catalogue, compare
from labproof.proving.bench import Bench
from labproof.proving.catalogue import Trial
from labproof.proving.seeding import GREEN_PATIENCE, PATIENCE, Seeding, Tried
from labproof.records.evidence import now
from labproof.records.model import LabDescription, RunRecord


@dataclass(frozen=True)
class Untouched:
    """What was graded on machines that nobody had touched."""

    passing: tuple[str, ...]
    skipped: dict[str, str]
    unseen: dict[str, str]
    """Criteria that could not be seen, which proves nothing of them."""


@dataclass(frozen=True)
class Proof:
    """Everything that one check has shown; a proof that was not asked for is None."""

    started: str
    seconds: float
    lab: LabDescription
    criteria: tuple[str, ...]
    untouched: Untouched | None
    unsolved: dict[str, str] | None
    tried: tuple[Tried, ...]
    is_whole: bool
    sentences: Mapping[str, str] = field(default_factory=dict)
    """What each criterion says, by its id."""
    titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What each section is called in each language, by its id."""

    @property
    def caught(self) -> int:
        """Return how many mistakes cost what they should, and nothing else."""
        return sum(not t.problems for t in self.tried)

    @property
    def reddened(self) -> dict[str, tuple[str, ...]]:
        """Return the mistakes that turned each criterion red."""
        return {c: tuple(t.mistake.id for t in self.tried if c in t.verdict.red) for c in self.criteria}

    @property
    def unproven(self) -> tuple[str, ...]:
        """Return the criteria that no mistake turned red; only the whole catalogue can show that."""
        return tuple(c for c, by in self.reddened.items() if not by) if self.is_whole else ()

    @property
    def collateral(self) -> int:
        """Return how many criteria turned red that no mistake accounts for."""
        return sum(len(t.verdict.collateral) for t in self.tried)

    @property
    def general(self) -> list[str]:
        """Return what keeps this from being a proof apart from any mistake, one sentence each."""
        found = []
        if self.untouched:
            found += [f"untouched machines: {c} passes" for c in self.untouched.passing]
            found += [f"untouched machines: {c}: {seen}" for c, seen in self.untouched.unseen.items()]
        found += [f"finished lab: {c} is {seen}" for c, seen in (self.unsolved or {}).items()]
        return found + [f"no mistake turns {c} red" for c in self.unproven]

    @property
    def of_mistakes(self) -> list[tuple[str, str]]:
        """Return what is wrong with the mistakes: the id of each, and a sentence."""
        return [(t.mistake.id, text) for t in self.tried for text in t.problems]

    @property
    def problems(self) -> list[str]:
        """Return everything that keeps this from being a proof, one sentence each."""
        return [*self.general, *(f"{id_}: {text}" for id_, text in self.of_mistakes)]


@dataclass(frozen=True)
class Scope:
    """What a check was asked to do."""

    mistakes: tuple[Trial, ...]
    is_whole: bool
    builds: bool
    """Whether the lab is made anew, for the first two proofs; otherwise it must be there and finished."""


def plan(rubric: Rubric, sections: tuple[str, ...], ids: tuple[str, ...], is_quick: bool) -> Scope:
    """Return what to do. Raises ConfigError for unknown names, or when a criterion has no mistake at all."""
    known = catalogue.everything(rubric)
    if missing := catalogue.uncovered(known, rubric):
        raise ConfigError([f"exercises/*/mistakes: no mistake costs {c}; write one" for c in missing])
    chosen = catalogue.choose(known, sections, ids, is_quick)
    is_whole = len(chosen) == len(known)
    return Scope(catalogue.in_order(chosen), is_whole, builds=is_whole)


def prove(bench: Bench, wanted: Scope, tell: Progress) -> Proof:
    """Carry out the proofs. Raises LabError when the lab cannot be brought to where a proof begins."""
    started, clock = now(), time.monotonic()
    untouched = _untouched(bench, tell) if wanted.builds else None
    finished = _finished(bench, tell, wanted.builds)
    unsolved = compare.not_fine(finished)
    tell(f"finished lab: {finished.score} points" + ("" if not unsolved else f"; not passed: {', '.join(unsolved)}"))
    tried: list[Tried] = []
    if not unsolved:
        tell("keeping the finished lab, to come back to")
        bench.save()
        tried = Seeding(bench, tell).all(wanted.mistakes)
    bench.close()
    return Proof(
        started=started,
        seconds=round(time.monotonic() - clock, 1),
        lab=finished.lab,
        criteria=tuple(c.id for c in finished.criteria),
        untouched=untouched,
        unsolved=unsolved,
        tried=tuple(tried),
        is_whole=wanted.is_whole and not unsolved,
        sentences={c.id: c.text for c in finished.criteria},
        titles={section.id: section.title for section in finished.sections},
    )


def _untouched(bench: Bench, tell: Progress) -> Untouched:
    tell("bringing up untouched machines")
    bench.rebuild()
    run = bench.grade("untouched", PATIENCE)
    seen = Untouched(compare.passing(run), compare.skipped(run), compare.unseen(run))
    tell(f"untouched machines: {len(seen.passing)} criteria pass, {len(seen.skipped)} are skipped")
    for id_, reason in seen.skipped.items():
        tell(f"  skipped: {id_}: {reason}")
    return seen


def _finished(bench: Bench, tell: Progress, builds: bool) -> RunRecord:
    if builds:
        tell("working through the whole course")
        return bench.perform("finished")
    tell("grading the lab as it is")
    return bench.grade("finished", GREEN_PATIENCE)
