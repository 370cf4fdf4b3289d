"""pytest's items as scenarios of the course, and sentences as pytest-bdd carries them out."""

import os
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from pytest_bdd.scenario import get_step_function, parse_step_arguments, scenario_wrapper_template_registry
from pytest_bdd.steps import step_function_context_registry
from pytest_bdd.utils import get_required_args

from labproof.plan import Plan, ScenarioPlan


def scenario_of(item: pytest.Item, plan: Plan) -> ScenarioPlan | None:
    """Return the scenario that an item runs, None when it is no scenario of this plan."""
    function = item.function if isinstance(item, pytest.Function) else None
    template = scenario_wrapper_template_registry.get(function) if function is not None else None
    return plan.find(os.path.basename(template.feature.filename), template.name) if template else None


def function_name(item: pytest.Item) -> str:
    """Return the name of the function that runs an item's scenario."""
    return str(getattr(item, "originalname", "") or item.name)


def functions_by_scenario(items: Iterable[pytest.Item], plan: Plan) -> dict[tuple[str, str], str]:
    """Return the names of the functions that run each scenario, by feature and name."""
    found = {}
    for item in items:
        if (scenario := scenario_of(item, plan)) is not None:
            found[scenario.feature, scenario.name] = function_name(item)
    return found


def unbound(plan: Plan) -> list[str]:
    """Return the sentences that no step, or more than one, is bound to, each as a problem with its fix."""
    contexts = list(step_function_context_registry.values())
    problems = []
    for scenario in plan.scenarios:
        for sentence in scenario.sentences:
            bound = [c for c in contexts if c.type in (None, sentence.kind) and c.parser.is_matching(sentence.text)]
            if len(bound) != 1:
                names = ", ".join(c.step_func.__qualname__ for c in bound) or "nothing"
                place = f"features/{scenario.feature}: {sentence.text!r}"
                problems.append(f"{place}: bound to {names}; bind it to exactly one step in steps/")
    return problems


def carry_out(request: pytest.FixtureRequest, step: Any, announce: Callable[[Any], None]) -> None:
    """Carry out a sentence outside of pytest-bdd's own order; `announce` is told of it first."""
    context = get_step_function(request=request, step=step)
    assert context is not None
    announce(step)
    arguments = parse_step_arguments(step=step, context=context)
    needed = [name for name in get_required_args(context.step_func) if name not in arguments]
    context.step_func(**arguments, **{name: request.getfixturevalue(name) for name in needed})
