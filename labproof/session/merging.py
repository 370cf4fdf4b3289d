"""Going on from an earlier run of the same machines and the same course: what it looked at stays known."""

import contextlib
from dataclasses import replace

from labproof.grading.syllabus import Syllabus
from labproof.ground.errors import ConfigError, TransportError
from labproof.lab import identity
from labproof.lab.machine import Lab
from labproof.records.model import LabDescription, RunRecord, ScenarioRecord, SectionRecord
from labproof.records.store import LATEST, find, newest
from labproof.session.options import Options

_ID = "machine-id"


def earlier_run(options: Options, plan: Syllabus, lab: LabDescription) -> RunRecord | None:
    """Return the run to merge into: the newest of this very lab and rubric, or the one that was named.

    Raises ConfigError for a run that was named and that is of another lab or another rubric.
    """
    if not options.base:
        return None

    def is_same(run: RunRecord) -> bool:
        return run.lab.identity == lab.identity and run.rubric == plan.rubric.digest

    if options.base == LATEST:
        return newest(is_same)
    run = find(options.base).load()
    if not run.mode.is_on_machines:
        raise ConfigError(
            [f"{options.base}: made from a recording, which says nothing of the machines; name a run on them"]
        )
    if not is_same(run):
        raise ConfigError([f"{options.base}: that run is of another lab or other weights; grade the whole lab again"])
    return run


def machines_that_differ(earlier: RunRecord, lab: Lab) -> list[str]:
    """Return the machines that are not those of an earlier run, by the ids that they tell of themselves.

    An address or a forwarded port may lead to another machine today. One that does not tell its id says nothing.
    """
    found = []
    for machine in lab.all:
        known, now = earlier.lab.machines.get(machine.name, {}).get(_ID), None
        if known:
            with contextlib.suppress(TransportError):
                now = identity.machine(machine).get(_ID)
        if known and now and known != now:
            found.append(machine.name)
    return found


def merged(sections: tuple[SectionRecord, ...], earlier: RunRecord | None) -> tuple[SectionRecord, ...]:
    """Return the sections of a new run with what an earlier one, if any, knows of them."""
    if earlier is None:
        return sections
    known = {_identity(s, sc): sc for s in earlier.sections for sc in s.scenarios}
    return tuple(
        replace(s, scenarios=tuple(known.get(_identity(s, sc), sc).known_from(earlier.run) for sc in s.scenarios))
        for s in sections
    )


def _identity(section: SectionRecord, scenario: ScenarioRecord) -> tuple[str, str, frozenset[str]]:
    """Return what makes a scenario the same: a criterion that has moved since would be counted twice."""
    return section.id, scenario.name, frozenset(c.id for c in scenario.criteria)
