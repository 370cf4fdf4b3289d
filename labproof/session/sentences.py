"""Binding sentences to Python: the door to pytest-bdd.

A sentence that fails does not end its scenario: a student's other criteria are still judged. What went
wrong is recorded, and the scenario fails at its end.
"""

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import pytest
import pytest_bdd
from pytest_bdd.parsers import parse
from pytest_bdd.steps import step_function_context_registry

from labproof.grading.features import FeatureFile
from labproof.grading.recording import Recording

F = TypeVar("F", bound=Callable[..., Any])
RECORDING = pytest.StashKey[Recording]()
"""Where a session of the course keeps the recording that its sentences are carried out by."""


def given(sentence: str) -> Callable[[F], F]:
    """Bind a sentence that says what must be true already."""
    return lambda function: _bound(pytest_bdd.given, sentence, function)


def when(sentence: str) -> Callable[[F], F]:
    """Bind a sentence that does what the handout says."""
    return lambda function: _bound(pytest_bdd.when, sentence, function)


def then(sentence: str) -> Callable[[F], F]:
    """Bind a sentence that is one criterion."""
    return lambda function: _bound(pytest_bdd.then, sentence, function)


def unbound(features: Iterable[FeatureFile]) -> list[str]:
    """Return what is wrong with sentences that no step, or more than one, is bound to."""
    contexts = list(step_function_context_registry.values())
    problems: dict[str, None] = {}
    for feature in features:
        for sentence in (s for scenario in feature.scenarios for s in scenario.sentences):
            bound = [c for c in contexts if c.type in (None, sentence.kind) and c.parser.is_matching(sentence.text)]
            if len(bound) != 1:
                names = ", ".join(c.step_func.__qualname__ for c in bound) or "nothing"
                place = f"{feature.path}: {sentence.text!r}"
                problems[f"{place}: bound to {names}; bind it to exactly one step in steps/"] = None
    return list(problems)


def _bound(keyword: Callable[..., Any], sentence: str, function: F) -> F:
    @functools.wraps(function)
    def recorded(*, request: Any, **arguments: Any) -> None:
        request.config.stash[RECORDING].carry_out(lambda: function(**arguments))

    signature = inspect.signature(function)
    own = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    recorded.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[own, *signature.parameters.values()]
    )
    # pytest-bdd registers the step in the frame of its caller: that is the module of the step.
    bound: F = keyword(parse(sentence), stacklevel=3)(recorded)
    return bound
