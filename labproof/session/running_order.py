"""In which order scenarios are run: the course's, but that no work waits for a look which nothing needs yet.

Results and reports have the course's order, whatever was run first.
"""

from collections.abc import Collection, Iterable, Mapping

from labproof.grading.syllabus import ScenarioPlan, Syllabus
from labproof.grading.turns import Part, Turn, halves
from labproof.session.recorded_run import Begun


def arranged(
    plan: Syllabus,
    chosen: Collection[ScenarioPlan],
    later: Collection[ScenarioPlan],
    begun: Mapping[str, Begun],
    last: Collection[ScenarioPlan] = (),
) -> list[Turn]:
    """Return the scenarios that were chosen in the order in which they are run.

    Those `later` are looked at right before the first that needs them, before machines restart or what was made is
    taken away, or else at the end; the work of theirs keeps its place. Those `last` are looked at behind all that does
    not need them. A recording is gone through as it was made: `begun` says when, by name.
    """
    scenarios = [scenario for scenario in plan.scenarios if scenario in chosen]
    if begun:
        turns = [turn for s in scenarios for turn in (halves(s) if s in later else (Turn(s),))]
        return _as_recorded(turns, begun)
    return _unhurried(plan, scenarios, later) if later else _patient(plan, scenarios, last)


def _unhurried(plan: Syllabus, scenarios: Iterable[ScenarioPlan], later: Collection[ScenarioPlan]) -> list[Turn]:
    ordered: list[Turn] = []
    waiting: list[Turn] = []
    for scenario in scenarios:
        if scenario in later and not _changes_state(plan, scenario):
            *work, look = halves(scenario)
            ordered += work
            waiting.append(look)
            continue
        due = _due(plan, waiting, scenario)
        waiting = [other for other in waiting if other not in due]
        ordered += [*due, Turn(scenario)]
    return ordered + waiting


def _patient(plan: Syllabus, scenarios: Iterable[ScenarioPlan], last: Collection[ScenarioPlan]) -> list[Turn]:
    """Put what takes time to be seen last, with what needs it: no criterion is judged before its needs are known."""
    ordered: list[Turn] = []
    waiting: list[Turn] = []
    awaited: set[str] = set()
    for scenario in scenarios:
        if _changes_state(plan, scenario):
            ordered, waiting = [*ordered, *waiting, Turn(scenario)], []
        elif scenario in last or awaited & _needs(plan, scenario):
            waiting.append(Turn(scenario))
            awaited |= {entry.id for entry in plan.entries(scenario)}
        else:
            ordered.append(Turn(scenario))
    return ordered + waiting


def _changes_state(plan: Syllabus, scenario: ScenarioPlan) -> bool:
    section = plan.rubric.exercise(scenario.section)
    return section.restarts or section.takes_away


def _due(plan: Syllabus, waiting: list[Turn], scenario: ScenarioPlan) -> list[Turn]:
    """Return which of those that wait must be looked at before a scenario is run."""
    if _changes_state(plan, scenario):
        return waiting
    needed, due = _needs(plan, scenario), list[Turn]()
    for other in reversed(waiting):
        if needed & {entry.id for entry in plan.entries(other.scenario)}:
            needed |= _needs(plan, other.scenario)
            due.insert(0, other)
    return due


def _needs(plan: Syllabus, scenario: ScenarioPlan) -> set[str]:
    return {need for entry in plan.entries(scenario) for need in entry.needs}


def _as_recorded(turns: Iterable[Turn], begun: Mapping[str, Begun]) -> list[Turn]:
    """Return turns by when they were begun; one that the recording does not have stays behind the one before."""
    moment, moments = "", {}
    for turn in turns:
        if times := begun.get(turn.scenario.name):
            moment = times.looked if turn.part is Part.LOOK else times.began
        moments[turn] = moment
    return sorted(moments, key=lambda turn: moments[turn])
