"""In which order scenarios are run: the course's, but that no work waits for a look which nothing needs yet.

Results and reports have the course's order, whatever was run first.
"""

from collections.abc import Collection, Iterable, Mapping

from labproof.grading.syllabus import ScenarioPlan, Syllabus


def arranged(
    plan: Syllabus, chosen: Collection[ScenarioPlan], later: Collection[ScenarioPlan], begun: Mapping[str, str]
) -> list[ScenarioPlan]:
    """Return the scenarios that were chosen in the order in which they are run.

    Those `later` are looked at right before the first that needs them, before machines restart or what was made is
    taken away, or else at the end. A recording is gone through as it was made: `begun` says when (ISO), by name.
    """
    scenarios = [scenario for scenario in plan.scenarios if scenario in chosen]
    return _as_recorded(scenarios, begun) if begun else _unhurried(plan, scenarios, later)


def _unhurried(
    plan: Syllabus, scenarios: Iterable[ScenarioPlan], later: Collection[ScenarioPlan]
) -> list[ScenarioPlan]:
    ordered: list[ScenarioPlan] = []
    waiting: list[ScenarioPlan] = []
    for scenario in scenarios:
        if scenario in later:
            waiting.append(scenario)
            continue
        due = _due(plan, waiting, scenario)
        waiting = [other for other in waiting if other not in due]
        ordered += [*due, scenario]
    return ordered + waiting


def _due(plan: Syllabus, waiting: list[ScenarioPlan], scenario: ScenarioPlan) -> list[ScenarioPlan]:
    """Return which of those that wait must be looked at before a scenario is run."""
    section = plan.rubric.exercise(scenario.section)
    if section.restarts or section.takes_away:
        return waiting
    needed, due = _needs(plan, scenario), list[ScenarioPlan]()
    for other in reversed(waiting):
        if needed & {entry.id for entry in plan.entries(other)}:
            needed |= _needs(plan, other)
            due.insert(0, other)
    return due


def _needs(plan: Syllabus, scenario: ScenarioPlan) -> set[str]:
    return {need for entry in plan.entries(scenario) for need in entry.needs}


def _as_recorded(scenarios: Iterable[ScenarioPlan], begun: Mapping[str, str]) -> list[ScenarioPlan]:
    """Return scenarios by when they were begun; one that the recording does not have stays behind the one before."""
    moment, moments = "", {}
    for scenario in scenarios:
        moments[scenario] = moment = begun.get(scenario.name) or moment
    return sorted(moments, key=lambda scenario: moments[scenario])
