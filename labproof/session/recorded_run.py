"""A run that is to be judged again: whether it can be, and what the new run has to say of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from labproof.ground.errors import ConfigError
from labproof.ground.shape import shown
from labproof.host import table
from labproof.records.evidence import GENESIS, find_break, read
from labproof.records.model import FINISHED, RUNNING, Exchange, Mode, RunRecord, Source
from labproof.records.store import RunFolder, find
from labproof.session import optional
from labproof.session.option_rules import PROFILES

ACCEPT = "--accept-broken"


@dataclass(frozen=True)
class RecordedRun:
    """A run on disk with its record, and what is wrong with its evidence, if anything."""

    folder: RunFolder
    run: RunRecord
    problem: str

    @cached_property
    def exchanges(self) -> Sequence[Exchange]:
        """Return what was asked and answered, read once. Raises ConfigError for evidence that cannot be read."""
        return read(self.folder.evidence)

    @property
    def source(self) -> Source:
        """Return what a run that is made from this one says of it."""
        first = self.run.source
        return Source(
            run=self.run.run,
            mode=self.run.graded_by,
            evidence_head=self.run.evidence_head,
            rubric=self.run.rubric,
            started=first.started if first else self.run.started,
            finished=first.finished if first else self.run.finished,
            evidence_problem=self.problem,
            hand_in=first.hand_in if first else None,
        )


def open_recorded(name: str, accept_broken: bool = False) -> RecordedRun:
    """Return a run that can be judged again.

    Raises ConfigError for a run without evidence or machines, and for broken evidence unless that is accepted.
    """
    folder = find(name)
    run = folder.load()
    if run.graded_by is Mode.RESET:
        origin = f"; name the run that it came from: {run.based_on}" if run.based_on else ""
        raise ConfigError([f"{folder.path}: a reset looks at nothing, so there is no evidence to grade{origin}"])
    _require_machines(folder, run)
    problem = evidence_problem(folder, run)
    if problem and not accept_broken:
        fix = f"fetch the evidence as it was written, or grade it as it is with {ACCEPT}, which the report will say"
        raise ConfigError([f"{folder.evidence}: {problem}; {fix}"])
    return RecordedRun(folder, run, problem)


def extras_of(run: RunRecord) -> tuple[str, ...]:
    """Return the options by which the run was asked for more than the course's ordinary sections."""
    known = {s.id for s in run.sections}
    return tuple(section.option for section in optional.sections() if section.id in known)


def uses_of(run: RunRecord) -> dict[str, str]:
    """Return how the run went through each scenario, empty for one that it left out or knows from another run.

    A run that did not come to its end may have seen more than its result says: nothing is known of it.
    """
    if run.ended != FINISHED:
        return {}
    scenarios = [scenario for section in run.sections for scenario in section.scenarios]
    return {s.name: "" if s.use == "none" or any(c.as_of for c in s.criteria) else s.use for s in scenarios}


@dataclass(frozen=True)
class Begun:
    """When a scenario began, and when its first criterion was looked at (ISO): there may be much between them."""

    began: str
    looked: str


def begun_of(run: RunRecord) -> dict[str, Begun]:
    """Return when a run came to each of its own scenarios, by name."""
    scenarios = [scenario for section in run.sections for scenario in section.scenarios]
    own = [s for s in scenarios if s.use != "none" and not any(c.as_of for c in s.criteria)]
    looks = {s.name: [c.started for c in s.criteria if c.started] for s in own}
    return {s.name: Begun(s.started, min(looks[s.name], default=s.started)) for s in own}


def evidence_problem(folder: RunFolder, run: RunRecord) -> str:
    """Return what is wrong with the evidence of a run, in a sentence; an empty text when it is whole.

    Raises ConfigError when the evidence is not there or cannot be read at all.
    """
    if not run.evidence_head:
        return "the result names no hash that its evidence ends in"
    if problem := find_break(folder.evidence, run.evidence_head, is_running=run.ended == RUNNING):
        return problem
    if run.evidence_head == GENESIS and find_break(folder.evidence, GENESIS) == "":
        return "it holds no entry"
    return run.source.evidence_problem if run.source else ""


def _require_machines(folder: RunFolder, run: RunRecord) -> None:
    problems = [
        f"{folder.result}: lab.machines.{name}: expected a machine with an address, found "
        f"{'none' if name not in run.lab.machines else 'one without'}; grade that lab again"
        for name in table.load().names
        if not run.lab.machines.get(name, {}).get("address")
    ]
    if run.lab.profile not in PROFILES:
        expected = f"expected {' or '.join(PROFILES)}, found {shown(run.lab.profile)}"
        problems.append(f"{folder.result}: lab.profile: {expected}; grade that lab again")
    if problems:
        raise ConfigError(problems)
