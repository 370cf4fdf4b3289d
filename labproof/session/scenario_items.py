"""pytest's items as scenarios of the course, and sentences as pytest-bdd carries them out."""

import os
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from pytest_bdd.scenario import get_step_function, parse_step_arguments, scenario_wrapper_template_registry
from pytest_bdd.utils import get_required_args

from labproof.grading.syllabus import ScenarioPlan, Syllabus
from labproof.grading.turns import Part, Turn


def scenario_of(item: pytest.Item, plan: Syllabus) -> ScenarioPlan | None:
    """Return the scenario that an item runs, None when it is no scenario of this plan."""
    function = item.function if isinstance(item, pytest.Function) else None
    template = scenario_wrapper_template_registry.get(function) if function is not None else None
    return plan.find(os.path.basename(template.feature.filename), template.name) if template else None


def for_turn(item: pytest.Item, turn: Turn) -> pytest.Item:
    """Return the item that carries out a turn of an item's scenario: a second one where its work has the first."""
    if turn.part is not Part.LOOK or not isinstance(item, pytest.Function):
        return item
    return pytest.Function.from_parent(item.parent, name=f"{item.name}[{turn.part.value}]", callobj=item.obj)


def function_name(item: pytest.Item) -> str:
    """Return the name of the function that runs an item's scenario."""
    return str(getattr(item, "originalname", "") or item.name)


def functions_by_scenario(items: Iterable[pytest.Item], plan: Syllabus) -> dict[tuple[str, str], str]:
    """Return the names of the functions that run each scenario, by feature and name."""
    found = {}
    for item in items:
        if (scenario := scenario_of(item, plan)) is not None:
            found[scenario.feature, scenario.name] = function_name(item)
    return found


def carry_out(request: pytest.FixtureRequest, step: Any, announce: Callable[[Any], None]) -> None:
    """Carry out a sentence outside of pytest-bdd's own order; `announce` is told of it first."""
    context = get_step_function(request=request, step=step)
    assert context is not None
    announce(step)
    arguments = parse_step_arguments(step=step, context=context)
    needed = [name for name in get_required_args(context.step_func) if name not in arguments]
    context.step_func(**arguments, **{name: request.getfixturevalue(name) for name in needed})
