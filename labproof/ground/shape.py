"""Data from JSON as plain dataclasses: every value of the kind that its field has, or everything that is wrong."""

import dataclasses
import functools
import math
import types
from collections.abc import Callable
from enum import StrEnum
from fractions import Fraction
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

_LARGEST = 2**63
_MOST_POINTS = 1_000_000
_FINEST = 1000
"""The largest denominator of points: thirds survive the way through JSON's numbers."""

T = TypeVar("T")


class Misshapen(ValueError):
    """Report a value that is not what its field holds, and the way to it, such as `lab.machines`."""

    def __init__(self, expected: str, found: object, where: str = "") -> None:
        super().__init__()
        self._expected, self._found, self._where = expected, shown(found), where

    def within(self, place: str) -> "Misshapen":
        """Return the same with the place that the value stands in, a key or `[3]`, before the way to it."""
        joint = "." if self._where and not self._where.startswith("[") else ""
        self._where = f"{place}{joint}{self._where}"
        return self

    def __str__(self) -> str:
        where, expected, found = self._where or "the file", self._expected, self._found
        return f"{where}: expected {expected}, found {found}"


def shown(value: object) -> str:
    """Return a value as an error shows it: short, whatever it is."""
    if isinstance(value, dict | list):
        return f"{'an object' if isinstance(value, dict) else 'a list'} of {len(value)}"
    try:
        text = repr(value)
    except ValueError:
        return "a number that is too long to be shown"
    return text if len(text) <= 80 else f"{text[:77]}..."


def _key(name: str) -> str:
    return name if name.isprintable() and len(name) <= 80 else shown(name)


def record(kind: type[T], data: object, derived: frozenset[str] = frozenset()) -> T:
    """Return data as a dataclass. Keys in `derived` are left out; a field with a default may be missing.

    Raises Misshapen for a missing or unknown key and for a value of another kind.
    """
    if not isinstance(data, dict):
        raise Misshapen("an object", data)
    fields = _fields(kind)  # type: ignore[arg-type]
    for key in data:
        if key not in fields and key not in derived:
            raise Misshapen("no such key", data[key], _key(key))
    values = {}
    name = ""
    try:
        for name, (read, is_required) in fields.items():
            if name in data:
                values[name] = read(data[name])
            elif is_required:
                raise Misshapen("a value", None)
    # The way to a value is only said where one is wrong: to have it at hand for each takes a fifth of the reading.
    except Misshapen as problem:
        raise problem.within(name) from None
    return kind(**values)


Reader = Callable[[Any], Any]
"""Returns a value as its field holds it."""


@functools.cache
def _reader(hint: Any) -> Reader:
    """Return what reads a value of an annotation; made once, because a result holds thousands of them."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is types.UnionType:
        inner = _reader(next(a for a in args if a is not types.NoneType))
        return lambda data: None if data is None else inner(data)
    if origin is tuple:
        return functools.partial(_several, _reader(args[0]))
    if origin is dict:
        return functools.partial(_named, _reader(args[1]))
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        derived = _DERIVED.get(hint.__name__, frozenset())
        return lambda data: record(hint, data, derived)
    if issubclass(hint, StrEnum):
        return functools.partial(_member, hint, frozenset(hint))
    return _PLAIN[hint]


def _several(read: Reader, data: object) -> tuple[Any, ...]:
    if not isinstance(data, list):
        raise Misshapen("a list", data)
    items: list[Any] = []
    try:
        for item in data:
            items.append(read(item))
    except Misshapen as problem:
        raise problem.within(f"[{len(items)}]") from None
    return tuple(items)


def _named(read: Reader, data: object) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise Misshapen("an object", data)
    values, key = {}, ""
    try:
        for key, item in data.items():
            values[key] = read(item)
    except Misshapen as problem:
        raise problem.within(_key(key)) from None
    return values


def _member(kind: type[StrEnum], names: frozenset[str], data: object) -> StrEnum:
    if not isinstance(data, str) or data not in names:
        raise Misshapen(f"one of {', '.join(kind)}", data)
    return kind(data)


def _text(data: object) -> str:
    if not isinstance(data, str):
        raise Misshapen("a text", data)
    return data


def _whole(data: object) -> int:
    if not isinstance(data, int) or isinstance(data, bool) or abs(data) >= _LARGEST:
        raise Misshapen("a whole number", data)
    return data


def _truth(data: object) -> bool:
    if not isinstance(data, bool):
        raise Misshapen("true or false", data)
    return data


def _real(data: object) -> float:
    if isinstance(data, int):
        return _whole(data)
    if not isinstance(data, float) or not math.isfinite(data):
        raise Misshapen("a number", data)
    return data


def _points(data: object) -> Fraction:
    number = _real(data)
    if not 0 <= number <= _MOST_POINTS:
        raise Misshapen(f"points from 0 to {_MOST_POINTS}", data)
    return Fraction(number).limit_denominator(_FINEST)


_PLAIN: dict[Any, Reader] = {
    str: _text,
    int: _whole,
    float: _real,
    bool: _truth,
    Fraction: _points,
}
_DERIVED = {
    "CriterionRecord": frozenset({"earned"}),
    "ScenarioRecord": frozenset({"outcome"}),
    "SectionRecord": frozenset({"score"}),
}
"""What `result.json` holds beside a record's own fields: it is worked out from them."""


@functools.cache
def _fields(kind: Any) -> dict[str, tuple[Reader, bool]]:
    """Return what reads each field, and whether it has to be there."""
    hints = get_type_hints(kind)
    return {f.name: (_reader(hints[f.name]), not _may_be_absent(f)) for f in dataclasses.fields(kind)}


def _may_be_absent(field: "dataclasses.Field[Any]") -> bool:
    has_default = (field.default, field.default_factory) != (dataclasses.MISSING, dataclasses.MISSING)
    return has_default and field.name in _OPTIONAL


_OPTIONAL = frozenset(
    {"source", "weights", "milestone", "student", "history", "hand_in", "late", "left", "browser", "screenshots"}
)
"""What runs and classes of before do not have."""
