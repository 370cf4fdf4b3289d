"""Renders a run as one HTML file that a student can read, print and hand in, with no network."""

import contextlib
import functools
import os
import re
import tempfile
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from labproof.ground import language
from labproof.ground.language import LANGUAGES
from labproof.ground.places import cache_dir, engine_dir
from labproof.records.model import (
    CriterionRecord,
    Outcome,
    RunRecord,
    ScenarioRecord,
    StepRecord,
    number,
    score,
)
from labproof.showing import both
from labproof.showing.fixes import machine_of, ranked
from labproof.showing.looks import SHOWN_CHARACTERS, Evidence, series
from labproof.showing.provenance import moment, notes, warning
from labproof.showing.text import duration, in_style, pieces, prose, visible


def write(run: RunRecord, folder: Path) -> Path:
    """Write `report.html` into the folder, whole or not at all, and return its path.

    It is made in the language that is spoken; its reader can change to the other.
    """
    return _replace(folder / "report.html", render(run, language.current()))


def render(run: RunRecord, spoken: str = language.ENGLISH) -> str:
    """Return the page of a run, made in a language: the same one for the same run, always."""
    with language.spoken(spoken):
        return _rendered(run)


def language_of(page: str) -> str:
    """Return the language that a page was made in, English where it names none of ours."""
    named = re.search(r'<html lang="(\w+)">', page[:200])
    return named[1] if named and named[1] in LANGUAGES else language.ENGLISH


def _rendered(run: RunRecord) -> str:
    fixes = ranked(run)
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            run=run,
            spoken=language.current(),
            notes=notes(run),
            warning=warning(run),
            total=run.score,
            fixes=fixes,
            fix_of={c.id: fix.lead.id for fix in fixes for c in fix.criteria},
            script=script(),
            script_hash=f"sha256-{b64encode(sha256(script().encode()).digest()).decode()}",
            targets=_targets(run),
            evidence=Evidence(),
            by_outcome={
                outcome: [(s, c) for s in run.sections for c in s.criteria if c.outcome is outcome]
                for outcome in Outcome
            },
        )
    )


_NAMES = {"en": "中文", "zh": "English"}
"""What the switch says in each language: the name of the other, in that language."""


@functools.cache
def script() -> Markup:
    """Return the one script of the page, as its policy allows it by hash; the page is whole without it."""
    return Markup((engine_dir() / "reports" / "report.js").read_text(encoding="utf-8"))


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
    environment.filters |= {"pieces": pieces, "score": score, "prose": prose, "in_style": in_style}
    environment.filters |= {"series": series, "machine": machine_of}
    environment.globals |= {"shown_characters": SHOWN_CHARACTERS, "languages": _NAMES}
    environment.globals |= both.IN_TEMPLATES
    return environment


def _replace(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, prefix=".report-", delete=False) as draft:
        draft.write(text)
    # A draft is readable by its writer alone; a report is there to be handed on.
    os.chmod(draft.name, 0o644)
    os.replace(draft.name, path)
    return path
