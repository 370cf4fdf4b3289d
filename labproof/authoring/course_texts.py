"""Collects what a course says to people: its exercises, mistakes and features, what its steps expect and find."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from labproof.authoring import texts
from labproof.ground import po_file
from labproof.ground.phrases import BLANK, blanks
from labproof.ground.wording import course_catalogue

_LINE = re.compile(r"^\s*(?:Scenario:|Given|When|Then|And|But) +(.+?)\s*$")
_OF_CRITERION = ("then", "why", "hints", "try", "absent_in")
_OF_SLIP = ("says", "try")
_FILES = (
    "exercises/*/exercise.toml",
    "exercises/*/mistakes/*.toml",
    "exercises/combinations.toml",
    "features/*.feature",
    "steps/**/*.py",
)


def collect(course: Path) -> dict[str, list[str]]:
    """Return every text of a course, each with the files that say it."""
    found: dict[str, list[str]] = {}
    for path in (path for pattern in _FILES for path in sorted(course.glob(pattern))):
        for text in _said(path):
            found.setdefault(text, []).append(path.relative_to(course).as_posix())
    return _without_filled(found)


def untranslated(course: Path, spoken: str) -> list[str]:
    """Return the texts of a course that it does not say in a language; all of them where it has no catalogue."""
    known = po_file.read(course_catalogue(spoken, course))
    return [text for text in collect(course) if text not in known]


def _said(path: Path) -> Iterator[str]:
    if path.suffix == ".py":
        yield from (each.said for each in texts.find(path.read_text(encoding="utf-8")))
    elif path.suffix == ".feature":
        yield from _feature(path)
    elif path.name == "exercise.toml":
        yield from _exercise(path)
    else:
        yield from _mistakes(path)


def _mistakes(path: Path) -> Iterator[str]:
    """Yield what a mistake is, or each of those that are made two at a time."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    for table in (data, *data.get("pair", ())):
        yield from _values(table, ("what",))


def _exercise(path: Path) -> Iterator[str]:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    yield data.get("title", {}).get("en", "")
    for criterion in data.get("criterion", ()):
        yield from _values(criterion, _OF_CRITERION)
    for slip in data.get("slip", ()):
        yield from _values(slip, _OF_SLIP)


def _values(table: dict[str, Any], keys: tuple[str, ...]) -> Iterator[str]:
    for key in keys:
        value = table.get(key, ())
        yield from [value] if isinstance(value, str) else value.values() if isinstance(value, dict) else value


def _feature(path: Path) -> Iterator[str]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if match := _LINE.match(line):
            yield match[1]


def _without_filled(found: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return the texts without those that are a phrase of the course with a word in each of its blanks.

    More than a word is more than a blank: `the token of {name}` does not say `the token of me may do everything`.
    """
    phrases = {text for text in found if blanks(text) and not text.startswith("{")}
    filled = [re.compile(r"\S*".join(map(re.escape, BLANK.split(phrase)[::3]))) for phrase in phrases]
    return {
        text: where
        for text, where in found.items()
        if text and (text in phrases or not any(phrase.fullmatch(text) for phrase in filled))
    }
