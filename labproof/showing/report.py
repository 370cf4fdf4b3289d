"""Renders a run as one HTML file that a student can read, print and hand in, with no network."""

import contextlib
import functools
import os
import re
import tempfile
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from labproof.ground.places import cache_dir, engine_dir
from labproof.records.model import (
    CriterionRecord,
    Exchange,
    Outcome,
    RunRecord,
    ScenarioRecord,
    StepRecord,
    number,
    score,
)
from labproof.showing.provenance import moment, notes, warning

SHOWN_CHARACTERS = 16_000
"""How much of one output the page shows; result.json has all that was kept."""

_SUSPECT = re.compile(r"[^\t\n\x20-\x7e]")
# Controls, format characters (bidi overrides, zero width), lone surrogates, line and paragraph separators.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


class Piece(NamedTuple):
    """A run of plain text and the escape that follows it, either may be empty."""

    plain: str
    escape: str


@dataclass(frozen=True)
class Shown:
    """Where an exchange stands in the page, and whether this is the place that shows it in full."""

    anchor: str
    is_first: bool


class Evidence:
    """Gives every exchange one anchor: one reading can prove many criteria, and is shown in full once."""

    def __init__(self) -> None:
        self._anchors: dict[Exchange, str] = {}

    def place(self, exchange: Exchange) -> Shown:
        """Return the anchor of the exchange and whether it is asked for the first time."""
        if known := self._anchors.get(exchange):
            return Shown(known, is_first=False)
        anchor = f"exchange-{exchange.number}"
        # Merged runs may have used one number twice.
        if anchor in self._anchors.values():
            anchor = f"{anchor}-{len(self._anchors)}"
        self._anchors[exchange] = anchor
        return Shown(anchor, is_first=True)


def write(run: RunRecord, folder: Path) -> Path:
    """Write `report.html` into the folder, whole or not at all, and return its path."""
    return _replace(folder / "report.html", render(run))


def render(run: RunRecord) -> str:
    """Return the page of a run: the same one for the same run, always."""
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            run=run,
            notes=notes(run),
            warning=warning(run),
            total=run.score,
            waiting=_waiting(run),
            targets=_targets(run),
            evidence=Evidence(),
            by_outcome={
                outcome: [(s, c) for s in run.sections for c in s.criteria if c.outcome is outcome]
                for outcome in Outcome
            },
        )
    )


def visible(value: object) -> object:
    """Return text with every invisible character as an escape, such as \\x1b; leave all else alone."""
    if not isinstance(value, str) or isinstance(value, Markup) or (value.isascii() and value.isprintable()):
        return value
    return _SUSPECT.sub(lambda match: _escape(match[0]), value)


def pieces(text: str) -> Iterator[Piece]:
    """Yield the text as runs of plain characters, each with the escape of the invisible one after it."""
    start = 0
    for match in _SUSPECT.finditer(text):
        if (escape := _escape(match[0])) != match[0]:
            yield Piece(text[start : match.start()], escape)
            start = match.end()
    yield Piece(text[start:], "")


def lines(scenario: ScenarioRecord) -> list[tuple[StepRecord | None, CriterionRecord | None]]:
    """Return the sentences in order, each with the criterion that it is; criteria without one stand last."""
    left = list(scenario.criteria)
    result: list[tuple[StepRecord | None, CriterionRecord | None]] = []
    # From the end, where the Then sentences are: a When may read the same.
    for step in reversed(scenario.steps):
        match = next((c for c in reversed(left) if c.text == step.text), None)
        if match is not None:
            left.remove(match)
        result.insert(0, (step, match))
    return result + [(None, criterion) for criterion in left]


def duration(seconds: float) -> str:
    """Return a length of time, given in seconds, as people read it."""
    if seconds < 60:
        return f"{seconds:.2f} s" if seconds < 1 else f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"


def _escape(character: str) -> str:
    if unicodedata.category(character) not in _INVISIBLE:
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _waiting(run: RunRecord) -> dict[str, list[CriterionRecord]]:
    waiting: defaultdict[str, list[CriterionRecord]] = defaultdict(list)
    for criterion in run.criteria:
        if criterion.outcome is Outcome.BLOCKED:
            waiting[criterion.blocked_by].append(criterion)
    return dict(waiting)


def _targets(run: RunRecord) -> dict[str, str]:
    sections = {s.id: f"section-{s.id}" for s in run.sections}
    return sections | {c.id: f"criterion-{c.id}" for c in run.criteria}


@functools.cache
def _environment() -> Environment:
    compiled = cache_dir() / "templates"
    with contextlib.suppress(OSError):
        compiled.mkdir(parents=True, exist_ok=True, mode=0o700)
    environment = Environment(
        loader=FileSystemLoader(engine_dir() / "reports"),
        bytecode_cache=FileSystemBytecodeCache(str(compiled)) if os.access(compiled, os.W_OK) else None,
        autoescape=True,
        undefined=StrictUndefined,
        finalize=visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"duration": duration, "lines": lines, "moment": moment, "number": number}
    environment.filters |= {"pieces": pieces, "score": score}
    environment.globals |= {"shown_characters": SHOWN_CHARACTERS}
    return environment


def _replace(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, prefix=".report-", delete=False) as draft:
        draft.write(text)
    # A draft is readable by its writer alone; a report is there to be handed on.
    os.chmod(draft.name, 0o644)
    os.replace(draft.name, path)
    return path
