"""Renders a run as one HTML file that a student can read, print and hand in, with no network."""

import contextlib
import functools
import os
import re
import threading
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined

from labproof.ground import language, whole_file
from labproof.ground.language import LANGUAGES
from labproof.ground.places import cache_dir, engine_dir
from labproof.ground.wording import book
from labproof.records import pictures
from labproof.records.model import (
    Outcome,
    RunRecord,
    number,
    score,
)
from labproof.records.ruling import Decided
from labproof.showing import blocks, both, exchanges, labels, silence
from labproof.showing.fixes import machine_of, ranked
from labproof.showing.looks import Evidence
from labproof.showing.progression import progression
from labproof.showing.provenance import moment, notes, warning
from labproof.showing.scripts import script
from labproof.showing.sentences import lines
from labproof.showing.text import duration, in_style, prose, visible
from labproof.showing.timeline import clock, timeline
from labproof.showing.unseen import unseen


def write(run: RunRecord, folder: Path) -> Path:
    """Write `report.html` into the folder, whole or not at all, and return its path.

    It is made in the language that is spoken; its reader can change to the other.
    """
    page = render(run, screenshots=pictures.load(folder, run), spoken=language.current())
    return whole_file.replace(folder / "report.html", page)


def render(
    run: RunRecord,
    decided: Decided | None = None,
    screenshots: Mapping[str, bytes] | None = None,
    spoken: str = language.ENGLISH,
) -> str:
    """Return the page of a run, with what an instructor decided about it, made in a language: always the same one.

    `screenshots` are those that the run has, by their files.
    """
    with language.spoken(spoken):
        return _rendered(run, decided, screenshots or {})


@functools.cache
def prepare() -> None:
    """Read the templates and the phrases ahead of the first page: whoever is forked from this process shares them."""
    for name in _environment().list_templates(extensions=["j2"]):
        _environment().get_template(name)
    for spoken in LANGUAGES:
        book(spoken)


def prepare_in_background() -> None:
    """Prepare while something else is waited for; what is wrong with a template is met by the first page."""

    def quietly() -> None:
        # In a thread it would be nobody's, and pytest would blame the scenario that happens to run.
        with contextlib.suppress(Exception):
            prepare()

    threading.Thread(target=quietly, daemon=True).start()


def language_of(page: str) -> str:
    """Return the language that a page was made in, English where it names none of ours."""
    named = re.search(r'<html lang="(\w+)">', page[:200])
    return named[1] if named and named[1] in LANGUAGES else language.ENGLISH


def _rendered(run: RunRecord, decided: Decided | None, screenshots: Mapping[str, bytes]) -> str:
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
            decided=decided,
            fixes=fixes,
            fix_of={c.id: fix.lead.id for fix in fixes for c in fix.criteria},
            fix_number={c.id: n for n, fix in enumerate(fixes, 1) for c in (*fix.criteria, *fix.waiting)},
            script=script("language", "report", "times"),
            targets=_targets(run),
            unseen=unseen(run),
            evidence=Evidence(),
            timeline=timeline(run),
            progression=progression(run),
            pictures={name: _embedded(picture) for name, picture in (screenshots or {}).items()},
            by_outcome={
                outcome: [(s, c) for s in run.sections for c in s.criteria if c.outcome is outcome]
                for outcome in Outcome
            },
        )
    )


_NAMES = {"en": "中文", "zh": "English"}
"""What the switch says in each language: the name of the other, in that language."""


def _embedded(picture: bytes) -> str:
    return f"data:image/webp;base64,{b64encode(picture).decode()}"


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
        # A template does not change while we run, and a page would ask the disk about it 800 times.
        auto_reload=False,
        undefined=StrictUndefined,
        finalize=visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"duration": duration, "lines": lines, "moment": moment, "number": number}
    environment.filters |= {"score": score, "prose": prose, "in_style": in_style}
    environment.filters |= {"reason": silence.reason, "plain": silence.plain}
    environment.filters |= {"machine": machine_of, "clock": clock}
    environment.globals |= {"folded": blocks.folded, "output": blocks.output}
    environment.globals |= {"badge": labels.badge, "points": labels.points}
    environment.globals |= {"time": blocks.time, "languages": _NAMES, "exchanges": exchanges.listed}
    environment.globals |= both.IN_TEMPLATES
    return environment
