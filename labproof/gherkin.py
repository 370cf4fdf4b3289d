"""Binding sentences to Python: the door to pytest-bdd.

A sentence that fails does not end its scenario: a student's other criteria are still judged. What went
wrong is recorded, and the scenario fails at its end.
"""

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

import pytest_bdd
from pytest_bdd.parsers import parse

from labproof.recording import recording_of

F = TypeVar("F", bound=Callable[..., Any])


def given(sentence: str) -> Callable[[F], F]:
    """Bind a sentence that says what must be true already."""
    return lambda function: _bound(pytest_bdd.given, sentence, function)


def when(sentence: str) -> Callable[[F], F]:
    """Bind a sentence that does what the handout says."""
    return lambda function: _bound(pytest_bdd.when, sentence, function)


def then(sentence: str) -> Callable[[F], F]:
    """Bind a sentence that is one criterion."""
    return lambda function: _bound(pytest_bdd.then, sentence, function)


def _bound(keyword: Callable[..., Any], sentence: str, function: F) -> F:
    @functools.wraps(function)
    def recorded(*, request: Any, **arguments: Any) -> None:
        recording_of(request.config).carry_out(lambda: function(**arguments))

    signature = inspect.signature(function)
    own = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    recorded.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[own, *signature.parameters.values()]
    )
    # pytest-bdd registers the step in the frame of its caller: that is the module of the step.
    bound: F = keyword(parse(sentence), stacklevel=3)(recorded)
    return bound
