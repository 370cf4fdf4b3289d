"""Sentences bound to Python: what pytest-bdd gets to know of them, and what it is kept from."""

import gc
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pytest_bdd.steps import step_function_context_registry

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
    (found,) = gherkin.bound(kind, sentence)
    assert (found.function, found.arguments) == (step, arguments)
    assert gherkin.bound(kind, f"{sentence} too") == []
    assert not any(gherkin.bound(other, sentence) for other in {"given", "when", "then"} - {kind})


def test_step_asks_for_its_fixtures() -> None:
    """What does not stand in the sentence, and has no default, is a fixture."""
    (step,) = gherkin.bound("when", '"docker" is restarted')
    assert step.fixtures == ("lab",)


def test_sentences_of_a_kind_are_one_step_of_pytest_bdd() -> None:
    """pytest-bdd looks through its steps for every sentence: it has one for each kind, of whichever module."""
    contexts = [c for c in step_function_context_registry.values() if isinstance(c.parser, gherkin.EverySentence)]
    assert sorted(str(context.type) for context in contexts) == ["given", "then", "when"]
    (when,) = (context.parser for context in contexts if context.type == "when")
    assert when.is_matching('"docker" is restarted')
    assert when.parse_arguments('"docker" is restarted')["bound"].function is restarted
    assert not when.is_matching("the machines are up")


def test_what_a_dropped_module_bound_is_bound_no_more() -> None:
    """A process that has run another course before does not read this one's sentences by its steps."""

    def module() -> None:
        @gherkin.then("it was here")
        def was_here() -> None: ...

        assert len(gherkin.bound("then", "it was here")) == 1

    module()
    gc.collect()
    assert gherkin.bound("then", "it was here") == []


def test_sentence_is_carried_out_by_the_recording() -> None:
    """A step hands itself, with its arguments and fixtures, to the recording and does nothing on its own."""
    kept = Kept()
    CALLED.clear()
    (step,) = gherkin.bound("when", '"docker" is restarted')
    config = SimpleNamespace(stash={RECORDING: kept})
    request = SimpleNamespace(config=config, getfixturevalue=lambda name: f"the fixture {name}")
    gherkin.carried_out(request, step)  # type: ignore[arg-type]
    assert CALLED == []
    (sentence,) = kept.sentences
    sentence()
    assert CALLED == [("docker", "the fixture lab")]


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
    line = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:labproof", "-p", "no:cacheprovider"]
    line += ["-p", "labproof.session.sentences", str(tmp_path)]
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


def test_what_is_bound_later_is_found() -> None:
    """A sentence that was looked for before its step was there finds it afterwards."""
    sentences = gherkin.Sentences("then")
    assert sentences.find("it holds") == []
    sentences.bind("it holds", machines_are_up)
    assert [step.function for step in sentences.find("it holds")] == [machines_are_up]


def test_sentence_of_another_kind_is_not_bound() -> None:
    """A step for a When does not carry out a Then of the same words."""
    (problem,) = gherkin.unbound([said("then", '"docker" is restarted')])
    assert "bound to nothing" in problem
