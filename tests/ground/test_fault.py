"""Words for an error of our own: its type, its message, its place."""

import errno
import json
from pathlib import Path

import pytest

from labproof.ground import fault
from labproof.ground.places import course_dir


def raised(code: str, name: str) -> Exception:
    """Return what a piece of code raises that stands in a file of this name."""
    try:
        exec(compile(code, name, "exec"), {"json": json})
    except Exception as problem:
        return problem
    raise AssertionError("nothing was raised")


def test_place_is_where_no_library_is() -> None:
    """An error inside a library is told at the line of ours that called it, as a path of the checkout."""
    problem = raised("\n\njson.loads('{')", str(course_dir() / "steps" / "base.py"))
    assert fault.describe(problem).startswith("an error of Labproof itself: JSONDecodeError: Expecting property name")
    assert fault.place(problem) == "steps/base.py:3"


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (OSError(errno.EHOSTUNREACH, "No route to host"), "No route to host"),
        (FileNotFoundError(errno.ENOENT, "No such file or directory", "key"), "No such file or directory: key"),
        (TimeoutError("timed out"), "timed out"),
        (EOFError(), "EOFError"),
        (ValueError("what it is"), "what it is"),
    ],
)
def test_what_an_error_says_is_without_its_number(problem: Exception, said: str) -> None:
    """People read what the system says and about which file; an error that says nothing is told by its name."""
    assert fault.in_words(problem) == said


def test_syntax_error_has_its_own_place(tmp_path: Path) -> None:
    """A file that is no Python is named itself, not the one that imports it."""
    path = str(tmp_path / "broken.py")
    assert fault.place(raised("x = 1\nif x\n", path)) == f"{path}:2"


def test_message_is_one_bounded_line() -> None:
    """A long message of many lines stays one line that can be read."""
    text = fault.describe(raised("raise ValueError('a\\n' * 900)", "x.py"))
    assert "\n" not in text
    assert len(text) < 400


def test_error_that_was_never_raised_has_no_place() -> None:
    """An error without a traceback is told all the same."""
    assert fault.describe(ValueError("x")) == "an error of Labproof itself: ValueError: x (nowhere)"
