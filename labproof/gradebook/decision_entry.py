"""One entry of `decisions.toml`: the keys that it may have, what may stand there, and whether it fits the class."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from labproof.gradebook.decision import Decision
from labproof.ground.shape import shown
from labproof.records.model import number
from labproof.records.ruling import Kind

EACH = {"hour": 3600, "day": 86_400}
"""The seconds of what a rule for late work counts."""
LONGEST = 2000
"""Characters of a text."""
_TEXTS = {
    "student": "name the student by the id",
    "criterion": "name the criterion by its id, such as docker.file@master",
    "reason": "say why, in a sentence",
    "author": "say who decided",
}
_OWN = {
    Kind.OVERRIDE: ("student", "criterion", "points", "percent"),
    Kind.WAIVER: ("student", "criterion"),
    Kind.DROP: ("criterion",),
    Kind.PENALTY: ("student", "points", "percent"),
    Kind.LATE: ("each", "percent", "cap", "grace_minutes"),
}
_COMMON = ("reason", "author", "date", "expires")
_MOST = {"points": 1_000_000, "percent": 100, "cap": 100, "grace_minutes": 1_000_000}


def read(kind: Kind, entry: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return the values of an entry that can be kept, and everything that is wrong with it: the key, and the fix."""
    keys = (*_OWN[kind], *_COMMON)
    problems = [f"{key}: unknown key; remove it, or correct it to one of: {', '.join(keys)}"
                for key in map(shown, (key for key in entry if key not in keys))]  # fmt: skip
    values: dict[str, Any] = {}
    for key in keys:
        if (value := entry.get(key)) is None:
            problems += _missing(kind, key, entry)
            continue
        known, wrong = _value(key, value)
        if wrong:
            problems.append(f"{key}: {wrong}")
        else:
            values[key] = known
    if "points" in entry and "percent" in entry:
        problems.append("percent: points are given, too; keep one of them")
    if not problems and "expires" in values and values["expires"] < values["date"]:
        problems.append(f"expires: {values['expires']} is before the date, {values['date']}; correct one of them")
    return values, problems


def _missing(kind: Kind, key: str, entry: Mapping[str, Any]) -> list[str]:
    if key in _TEXTS:
        return [f"{key}: missing; {_TEXTS[key]}"]
    if key == "date":
        return ["date: missing; say when it was decided, such as 2026-11-25"]
    if key == "each":
        return ["each: missing; write hour or day"]
    if key == "percent" and "points" not in entry:
        other = "" if kind is Kind.LATE else ", or points"
        return [f"percent: missing; say how much, from 0 to 100{other}"]
    return []


def _value(key: str, value: Any) -> tuple[Any, str]:
    """Return a value as it is kept, and what is wrong with it, if anything."""
    if key in _TEXTS:
        return _text(key, value)
    if key in ("date", "expires"):
        return _date(value)
    if key == "each":
        return value, "" if isinstance(value, str) and value in EACH else f"expected hour or day, found {shown(value)}"
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _MOST[key]:
        return None, f"expected a number from 0 to {_MOST[key]}, found {shown(value)}; correct it"
    # A number that people write is decimal: 0.1 is a tenth.
    return Fraction(str(value)), ""


def _text(key: str, value: Any) -> tuple[str, str]:
    if not isinstance(value, str) or not value.strip():
        return "", f"expected a text, found {shown(value)}; {_TEXTS[key]}"
    if len(value) > LONGEST:
        return "", f"expected at most {LONGEST} characters, found {len(value)}; shorten it"
    return " ".join(value.split()), ""


def _date(value: Any) -> tuple[date | None, str]:
    if isinstance(value, datetime):
        return value.date(), ""
    if isinstance(value, date):
        return value, ""
    try:
        return date.fromisoformat(value), ""
    except (ValueError, TypeError):
        return None, f"expected a date such as 2026-11-25, found {shown(value)}; correct it"


def misfits(
    decisions: Iterable[Decision], students: frozenset[str], worth: Mapping[str, Fraction], today: date
) -> list[str]:
    """Return what does not fit the class: who is nobody in it, what it was not asked, points that it cannot have."""
    return [f"{d.place}: {problem}" for d in decisions for problem in _misfits(d, students, worth, today)]


def _misfits(decision: Decision, students: frozenset[str], worth: Mapping[str, Fraction], today: date) -> Iterator[str]:
    if decision.student and decision.student not in students:
        yield f"student: {decision.student!r} is nobody in this class; {_near(decision.student, students)}"
    # A day of grace: the instructor's may have begun where this computer's has not.
    if decision.date > today + timedelta(days=1):
        yield f"date: {decision.date} is still to come; correct it"
    if not decision.criterion or not worth:
        return
    machines = [id_ for id_ in worth if id_.startswith(f"{decision.criterion}@")]
    if decision.criterion not in worth and not machines:
        yield f"criterion: {decision.criterion!r} is none of this class's; {_near(decision.criterion, worth)}"
    elif decision.kind is Kind.OVERRIDE and machines:
        yield f"criterion: {decision.criterion!r} is one for each machine; write {' or '.join(machines)}"
    elif decision.points is not None and decision.points > worth[decision.criterion]:
        most = number(worth[decision.criterion])
        yield f"points: expected 0 to {most}, what {decision.criterion} is worth, found {number(decision.points)}"


def _near(word: str, known: Iterable[str]) -> str:
    found = difflib.get_close_matches(word, known, n=1)
    return f"is {found[0]!r} meant?" if found else "correct the id"
