"""The tree of errors."""

import inspect

import pytest

from labproof.ground import errors
from labproof.ground.errors import ActionFailed, CheckFailed, ConfigError, LabError, TransportError

OURS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass)]


def test_only_a_failed_check_counts_against_a_student() -> None:
    """Only CheckFailed is an assertion, and none of our own errors is one."""
    assert [kind for kind in OURS if issubclass(kind, AssertionError)] == [CheckFailed]
    assert not issubclass(CheckFailed, LabError)
    assert not issubclass(ActionFailed, LabError)


def test_tree_in_the_docstring_is_whole() -> None:
    """The docstring's tree names every error, and its indentation is the inheritance."""
    text = errors.__doc__ or ""
    for kind in OURS:
        line = next(line for line in text.splitlines() if f"{kind.__name__} " in line)
        depth = line.index(kind.__name__) // 4
        above = [k for k in kind.__mro__[1:] if k in OURS]
        assert depth == len(above), kind


def test_config_error_tells_everything() -> None:
    """A ConfigError shows all of its problems, one a line."""
    problem = ConfigError(["a.toml: x: unknown key", "b.toml: y: missing"])
    assert str(problem) == "a.toml: x: unknown key\nb.toml: y: missing"
    assert problem.problems == ["a.toml: x: unknown key", "b.toml: y: missing"]


@pytest.mark.parametrize("kind", [kind for kind in OURS if issubclass(kind, TransportError)])
def test_transport_errors_are_made_of_a_text(kind: type[TransportError]) -> None:
    """Every transport error is made from its text alone, so that a replay can raise it again."""
    assert str(kind("why")) == "why"
