"""Binding sentences to Python: the door to pytest-bdd, and a plugin of pytest that has its three steps.

A sentence that fails does not end its scenario: a student's other criteria are still judged. What went
wrong is recorded, and the scenario fails at its end.
"""

import inspect
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar
from weakref import WeakSet

import pytest
import pytest_bdd
from pytest_bdd.parsers import StepParser, parse

from labproof.grading.features import FeatureFile
from labproof.grading.recording import Recording

F = TypeVar("F", bound=Callable[..., Any])
RECORDING = pytest.StashKey[Recording]()
"""Where a session of the course keeps the recording that its sentences are carried out by."""


@dataclass(frozen=True)
class Step:
    """A function bound to a sentence, and what it is given."""

    function: Callable[..., Any]
    arguments: dict[str, Any]
    fixtures: tuple[str, ...]
    """The names of what else the function asks for: fixtures of pytest."""


class Sentences:
    """The sentences of one kind that a module binds."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._bound: list[tuple[parse, Callable[..., Any]]] = []
        self._found: dict[str, list[Step]] = {}

    def bind(self, sentence: str, function: Callable[..., Any]) -> None:
        """Bind a sentence to a function."""
        self._bound.append((parse(sentence), function))
        self._found.clear()

    def find(self, text: str) -> list[Step]:
        """Return what is bound to a sentence: nothing, one step, or several by mistake."""
        if text not in self._found:
            fitting = [(parser, function) for parser, function in self._bound if parser.is_matching(text)]
            self._found[text] = [_step(function, parser.parse_arguments(text)) for parser, function in fitting]
        return self._found[text]


_ALL: WeakSet[Sentences] = WeakSet()
"""The sentences of every module that is there: what is bound in one that was dropped is bound no more."""


def given(sentence: str) -> Callable[[F], F]:
    """Bind a sentence that says what must be true already."""
    return lambda function: _bound("given", sentence, function)


def when(sentence: str) -> Callable[[F], F]:
    """Bind a sentence that does what the handout says."""
    return lambda function: _bound("when", sentence, function)


def then(sentence: str) -> Callable[[F], F]:
    """Bind a sentence that is one criterion."""
    return lambda function: _bound("then", sentence, function)


def bound(kind: str, text: str) -> list[Step]:
    """Return what is bound to a sentence of a kind, in whichever module."""
    return [step for sentences in tuple(_ALL) if sentences.kind == kind for step in sentences.find(text)]


def unbound(features: Iterable[FeatureFile]) -> list[str]:
    """Return what is wrong with sentences that no step, or more than one, is bound to."""
    problems: dict[str, None] = {}
    for feature in features:
        for sentence in (s for scenario in feature.scenarios for s in scenario.sentences):
            steps = bound(sentence.kind, sentence.text)
            if len(steps) != 1:
                names = ", ".join(sorted(s.function.__qualname__ for s in steps)) or "nothing"
                place = f"{feature.path}: {sentence.text!r}"
                problems[f"{place}: bound to {names}; bind it to exactly one step in steps/"] = None
    return list(problems)


class EverySentence(StepParser):
    """All sentences of a kind: they are one step of pytest-bdd.

    For each sentence of a scenario pytest-bdd looks through all steps, and asks pytest about each of them: with a step
    for every sentence of a course that took a seventh of judging a hand-in, with one for each module a tenth.
    """

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self._kind = kind

    def is_matching(self, name: str) -> bool:
        """Tell pytest-bdd whether anything is bound to a sentence."""
        return bool(bound(self._kind, name))

    def parse_arguments(self, name: str) -> dict[str, Any]:
        """Return what `carried_out` is given; that a sentence has one step alone is seen to before."""
        return {"bound": bound(self._kind, name)[0]}


def carried_out(request: pytest.FixtureRequest, bound: Step) -> None:
    """Have the recording carry out a sentence, with what its function asks for."""
    asked = {name: request.getfixturevalue(name) for name in bound.fixtures}
    request.config.stash[RECORDING].carry_out(lambda: bound.function(**bound.arguments, **asked))


# pytest-bdd asks for it twice for each sentence; finding it out anew took a fiftieth of judging a hand-in.
carried_out.__signature__ = inspect.signature(carried_out)  # type: ignore[attr-defined]

# Each is put into this module, where pytest finds it.
pytest_bdd.given(EverySentence("given"))(carried_out)
pytest_bdd.when(EverySentence("when"))(carried_out)
pytest_bdd.then(EverySentence("then"))(carried_out)


def _bound(kind: str, sentence: str, function: F) -> F:
    # A module that is dropped takes with it what it has bound.
    module = sys._getframe(2).f_locals
    name = f"_sentences_{kind}"
    if name not in module:
        module[name] = sentences = Sentences(kind)
        _ALL.add(sentences)
    module[name].bind(sentence, function)
    return function


def _step(function: Callable[..., Any], arguments: dict[str, Any]) -> Step:
    asked = inspect.signature(function).parameters.values()
    wanted = (one.name for one in asked if one.default is one.empty)
    return Step(function, arguments, tuple(name for name in wanted if name not in arguments))
