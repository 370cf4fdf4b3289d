"""Input that may be anything: what a hostile machine, or a slip of the pen, puts where something is read."""

import os
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

LONG = 10**4000
TOO_LONG = 16**5000
"""A number that Python reads in hexadecimal, and refuses to write down in decimal."""

NASTY = (
    *("", " ", "\t", "\n", "\r", "\x00", "\x1b[31m", "\x1c", "\x85", "\u2028", "\ufeff", "\ud800", "\U0010ffff"),
    *("²", "٣", "-1", "0", "9" * 5000, "0x" + "f" * 5000, "1e999", "NaN", "2020-13-45"),
    *("=", ":", "- ", "'", '"', "[", "{", "[" * 3000, "{" * 3000, '{"a":' * 3000, "&a ", "*a", "!!int ", "%"),
)
VALUES = (
    *(None, True, 3, -1, LONG, 1e308, float("inf"), float("nan"), "", "x", "3", "²", "\ud800\x00", "9" * 5000),
    *([], {}, [3], [None], [[]], [{}], {"a": 3}, ["x"]),
)


def texts(*words: str) -> st.SearchStrategy[str]:
    """Return texts made of these words, of what parsers trip over, and of anything else."""
    pieces = st.sampled_from([*NASTY, *words]) | st.text(st.characters(), max_size=10)
    return st.lists(pieces, max_size=8).map("".join)


@st.composite
def spoilt(draw: st.DrawFn, good: Any, values: tuple[object, ...] = VALUES) -> Any:
    """Return data that is right but for one or two places, which hold something else or are gone."""
    data = deepcopy(good)
    for _ in range(draw(st.integers(1, 2))):
        if not (places := list(_places(data))):
            break
        inside, key = draw(st.sampled_from(places))
        if draw(st.booleans()):
            inside[key] = deepcopy(draw(st.sampled_from(values)))
        else:
            del inside[key]
    return data


def _places(data: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every place of a value: what it lies in, and under which key or number."""
    keys = list(data) if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ()
    for key in keys:
        yield data, key
        yield from _places(data[key])


def is_a(value: object, hint: Any) -> bool:
    """Tell whether a value is what an annotation says, down to the last field."""
    origin, args = get_origin(hint), get_args(hint)
    if hint is Any or hint is object:
        return True
    if hint in (None, NoneType):
        return value is None
    if origin in (Union, UnionType):
        return any(is_a(value, arg) for arg in args)
    if origin is dict:
        return isinstance(value, dict) and all(is_a(k, args[0]) and is_a(v, args[1]) for k, v in value.items())
    if origin is tuple and args[-1] is not Ellipsis:
        return isinstance(value, tuple) and len(value) == len(args) and all(map(is_a, value, args))
    if origin in (list, set, frozenset, tuple):
        return isinstance(value, origin) and all(is_a(item, args[0]) for item in value)
    if is_dataclass(hint) and isinstance(hint, type):
        hints = get_type_hints(hint)
        return isinstance(value, hint) and all(is_a(getattr(value, f.name), hints[f.name]) for f in fields(hint))
    if hint in (int, float):
        return isinstance(value, (int, hint)) and not isinstance(value, bool)
    return isinstance(value, hint)


def not_a_file(path: Path, kind: str) -> None:
    """Put something that is no file where one is looked for: a folder, a pipe or a device."""
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")
