"""Reading YAML that may be anything."""

import contextlib
from typing import Any

import pytest
from hypothesis import given

from labproof.ground.errors import TransportError, Unreachable
from labproof.ground.untrusted import read_yaml, reads_objects
from tests.anything import texts

LINKS = zip("abcdef", "bcdefg", strict=True)
BOMB = "a: &a [x,x]\n" + "".join(f"{y}: &{y} [{','.join([f'*{x}'] * 9)}]\n" for x, y in LINKS)


def test_mapping_is_read() -> None:
    """A mapping is read, with the types that YAML has."""
    assert read_yaml("a: 1\nb: [x, {c: null}]\n") == {"a": 1, "b": ["x", {"c": None}]}


@pytest.mark.parametrize(
    "text",
    [
        *("", "text", "[1]", "{", "\t- x", "a: *b", "!!python/name:os.system", "[" * 5000, "{a: " * 999, "\ud800: a"),
        *("a: 2020-13-45", "a: !!timestamp x", "a: !!int ''", "a: !!float ''", "a: !!bool x", 'a: "\\U99999999"'),
        *("a: " + "9" * 5000, "a: 0x" + "f" * 5000, "a: " + "1:" * 300 + "1.5", f"%YAML {'9' * 5000}.1\n--- {{}}"),
    ],
    ids=lambda text: ascii(text[:20]),
)
def test_anything_else_is_refused(text: str) -> None:
    """What is no mapping, or would run, or would break the reader, is refused in one way."""
    with pytest.raises(ValueError, match=r"."):
        read_yaml(text)


def test_depth_is_refused() -> None:
    """What is well formed and deeper than anything of Kubernetes is refused before it takes the stack."""
    assert read_yaml("a: " + "[" * 50 + "]" * 50)
    with pytest.raises(ValueError, match="more than 100 lists and mappings stand within one another"):
        read_yaml("a: " + "[" * 150 + "]" * 150)


def test_aliases_are_refused() -> None:
    """A few lines of aliases, which would fill the memory when written out, are refused."""
    with pytest.raises(ValueError, match="aliases, which are not read here"):
        read_yaml(BOMB)


@given(texts("a: ", "? ", "!!timestamp ", "!!float ", "!!binary ", "1:1:1", "\n  ", "<<: ", "|\n", "%YAML 1.1\n---\n"))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Any text is a mapping, which can be written down, or is refused in that one way."""
    for whole in (text, f"a: {text}"):
        with contextlib.suppress(ValueError):
            data = read_yaml(whole)
            assert isinstance(data, dict)
            assert isinstance(_written(data), str)


def _written(data: object) -> str:
    """Write data down; a ValueError of this is not one of reading."""
    try:
        return str(data)
    except ValueError as problem:
        raise AssertionError("it was read, but it cannot be written down") from problem


def test_what_was_read_is_ones_own() -> None:
    """Whoever changes what was read of a text changes it for nobody who reads the same text again."""
    read_yaml("a: [1]")["a"].append(2)
    assert read_yaml("a: [1]") == {"a": [1]}


@reads_objects
def depth(found: dict[str, list[int]], key: str) -> int:
    """Count."""
    return found[key][0] + 1


@pytest.mark.parametrize("found", [{}, {"a": []}, {"a": ["x"]}, {"a": 3}, None], ids=repr)
def test_misshapen_object_was_not_seen(found: Any) -> None:
    """A probe that meets an object of another shape could not see, and says what is wrong with it."""
    with pytest.raises(TransportError, match=r"not as Kubernetes describes it \(\w+Error: "):
        depth(found, "a")


def test_right_object_goes_through() -> None:
    """A probe that finds its object returns what it reads, and keeps its name."""
    assert depth({"a": [2]}, key="a") == 3
    assert (depth.__name__, depth.__doc__) == ("depth", "Count.")


def test_what_could_not_be_seen_stays_that() -> None:
    """An error of ours that a probe raises passes as it is."""

    @reads_objects
    def lost() -> None:
        raise Unreachable("lost")

    with pytest.raises(Unreachable, match=r"^lost$"):
        lost()
