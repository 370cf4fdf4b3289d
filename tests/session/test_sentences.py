"""Sentences bound to Python: what pytest-bdd gets to know of them, and what it is kept from."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pytest_bdd.steps import StepFunctionContext, step_function_context_registry
from pytest_bdd.utils import get_required_args

from labproof.grading.features import FeatureFile, FeatureScenario, Sentence
from labproof.session import sentences as gherkin
from labproof.session.sentences import RECORDING

CALLED: list[tuple[object, ...]] = []


@gherkin.given("the machines are up")
def machines_are_up(lab: object) -> None:
    CALLED.append((lab,))


@gherkin.when('"{name}" is restarted')
def restarted(name: str, lab: object) -> None:
    CALLED.append((name, lab))


@gherkin.then('on "{machine}" {count:d} containers run')
def containers_run(machine: str, count: int) -> None:
    """Count containers."""
    CALLED.append((machine, count))


class Kept:
    """Stands for a recording: keeps what it is given to carry out."""

    def __init__(self) -> None:
        self.sentences: list[Callable[[], Any]] = []

    def carry_out(self, sentence: Callable[[], Any]) -> None:
        self.sentences.append(sentence)


def bound(step: Callable[..., Any]) -> StepFunctionContext:
    (found,) = (context for context in step_function_context_registry.values() if context.step_func is step)
    return found


@pytest.mark.parametrize(
    ("step", "kind", "sentence", "arguments"),
    [
        (machines_are_up, "given", "the machines are up", {}),
        (restarted, "when", '"docker" is restarted', {"name": "docker"}),
        (containers_run, "then", 'on "master" 3 containers run', {"machine": "master", "count": 3}),
    ],
)
def test_sentence_is_bound(step: Any, kind: str, sentence: str, arguments: dict[str, object]) -> None:
    """Each keyword binds its own kind of sentence, and what stands in the sentence becomes arguments."""
    context = bound(step)
    assert context.type == kind
    assert context.parser.is_matching(sentence)
    assert context.parser.parse_arguments(sentence) == arguments
    assert not context.parser.is_matching(f"{sentence} too")


def test_step_asks_for_its_fixtures() -> None:
    """pytest-bdd sees the arguments of the function, and the request that leads to the recording."""
    assert get_required_args(restarted) == ["request", "name", "lab"]


def test_step_keeps_its_name() -> None:
    """A traceback shows the step's own name and words."""
    assert (containers_run.__name__, containers_run.__doc__) == ("containers_run", "Count containers.")


def test_sentence_is_carried_out_by_the_recording() -> None:
    """A step hands itself, with its arguments, to the recording and does nothing on its own."""
    kept = Kept()
    CALLED.clear()
    containers_run(request=SimpleNamespace(config=SimpleNamespace(stash={RECORDING: kept})), machine="node", count=2)
    assert CALLED == []
    (sentence,) = kept.sentences
    sentence()
    assert CALLED == [("node", 2)]


FEATURE = """Feature: a section
  Scenario: three sentences
    When "docker" is restarted
    Then it holds
    Then it also holds
"""
STEPS = """
from pytest_bdd import scenarios
from labproof.session.sentences import then, when

scenarios("sample.feature")

@when('"{name}" is restarted')
def restarted(name):
    print(f"restarted {name}")

@then("it holds")
def holds():
    raise AssertionError("not met")

@then("it also holds")
def also_holds():
    print("judged all the same")
"""
CONFTEST = """
from labproof.grading.features import FeatureFile, FeatureScenario, Sentence
from labproof.session.sentences import RECORDING

class Recording:
    def carry_out(self, sentence):
        try:
            sentence()
        except AssertionError as problem:
            print(f"kept: {problem}")

def pytest_configure(config):
    config.stash[RECORDING] = Recording()
"""


def test_what_fails_does_not_end_its_scenario(tmp_path: Path) -> None:
    """Under pytest-bdd itself: after a sentence that failed the next one is carried out."""
    for name, text in (("sample.feature", FEATURE), ("test_sample.py", STEPS), ("conftest.py", CONFTEST)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    line = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:labproof", "-p", "no:cacheprovider", str(tmp_path)]
    ended = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    shown = ended.stdout
    assert shown.index("restarted docker") < shown.index("kept: not met") < shown.index("judged all the same")


def said(kind: str, text: str) -> FeatureFile:
    """Return a feature of one sentence."""
    sentence = Sentence(kind, kind.title(), text)
    return FeatureFile(Path("01_base.feature"), (), (FeatureScenario("one", 1, (sentence,)),))


def test_sentence_that_two_steps_read_is_told() -> None:
    """A sentence that two steps could carry out is told with both: which one ran would be chance."""

    @gherkin.then('on "node" {count:d} containers run')
    def also_containers_run(count: int) -> None: ...

    assert gherkin.unbound([said("then", 'on "master" 3 containers run')]) == []
    (problem,) = gherkin.unbound([said("then", 'on "node" 3 containers run')])
    assert problem.startswith("01_base.feature: 'on \"node\" 3 containers run': bound to containers_run, ")
    assert problem.endswith("also_containers_run; bind it to exactly one step in steps/")


def test_sentence_of_another_kind_is_not_bound() -> None:
    """A step for a When does not carry out a Then of the same words."""
    (problem,) = gherkin.unbound([said("then", '"docker" is restarted')])
    assert "bound to nothing" in problem
