"""Reading YAML that may be anything."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labproof.untrusted import read_yaml

LINKS = zip("abcdef", "bcdefg", strict=True)
BOMB = "a: &a [x,x]\n" + "".join(f"{y}: &{y} [{','.join([f'*{x}'] * 9)}]\n" for x, y in LINKS)


def test_mapping_is_read() -> None:
    """A mapping is read, with the types that YAML has."""
    assert read_yaml("a: 1\nb: [x, {c: null}]\n") == {"a": 1, "b": ["x", {"c": None}]}


@pytest.mark.parametrize(
    "text",
    ["", "text", "[1]", "{", "\t- x", "a: *b", "!!python/name:os.system", "a: 2020-13-45", "[" * 5000, "{a: " * 999],
    ids=lambda text: text[:20],
)
def test_anything_else_is_refused(text: str) -> None:
    """What is no mapping, or would run, or would break the reader, is refused in one way."""
    with pytest.raises(ValueError, match=r"."):
        read_yaml(text)


def test_aliases_are_refused() -> None:
    """A few lines of aliases, which would fill the memory when written out, are refused."""
    with pytest.raises(ValueError, match="aliases, which are not read here"):
        read_yaml(BOMB)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    """Any text is a mapping or is refused in that one way."""
    with contextlib.suppress(ValueError):
        assert isinstance(read_yaml(text), dict)
