"""The proof as a page and as JSON: the matrix of mistakes and criteria, and everything that is wrong."""

import json
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any

from labproof.ground import language
from labproof.ground.whole_file import replace
from labproof.proving.catalogue import Trial
from labproof.proving.check import Proof
from labproof.proving.seeding import Tried
from labproof.showing.report import _environment as environment
from labproof.showing.scripts import script

SCHEMA = 1
MARKS = {"red": "●", "blocked": "○", "with": "◐", "collateral": "✗", "missed": "?"}
MEANINGS = {
    "red": "turned red, as the mistake says",
    "blocked": "blocked by what turned red",
    "with": "suffers with it, as the mistake says",
    "collateral": "red without a reason",
    "missed": "should have turned red",
}


def write(proof: Proof, folder: Path) -> tuple[Path, Path]:
    """Write `matrix.html` and `matrix.json` into the folder, each whole or not at all, and return their paths.

    The page is made in the language that is spoken; its reader can change to the other.
    """
    data = json.dumps(to_json(proof), ensure_ascii=False, indent=1)
    return replace(folder / "matrix.html", page(proof, language.current())), replace(folder / "matrix.json", data)


def page(proof: Proof, spoken: str = language.ENGLISH) -> str:
    """Return the page, made in a language."""
    with language.spoken(spoken):
        return _rendered(proof)


def _rendered(proof: Proof) -> str:
    return (
        environment()
        .get_template("matrix.html.j2")
        .render(
            proof=proof,
            spoken=language.current(),
            script=script("language", "times"),
            sections=[(name, tuple(group)) for name, group in groupby(proof.criteria, key=_section)],
            mistakes=[(name, tuple(group)) for name, group in groupby(_by_section(proof), key=_own_section)],
            mark=mark,
            marks=MARKS,
            meanings=MEANINGS,
            short=_short,
        )
    )


def to_json(proof: Proof) -> dict[str, Any]:
    """Return the proof as JSON data."""
    return {
        "schema": SCHEMA,
        "started": proof.started,
        "seconds": proof.seconds,
        "is_proven": not proof.problems,
        "problems": proof.problems,
        "lab": asdict(proof.lab),
        "untouched": asdict(proof.untouched) if proof.untouched else None,
        "finished": {"not_passed": proof.unsolved},
        "reddened_by": proof.reddened,
        "unproven": proof.unproven,
        "mistakes": [_mistake(tried) for tried in proof.tried],
    }


def mark(tried: Tried, criterion: str) -> str:
    """Return what a mistake did to a criterion: a key of MARKS, or nothing."""
    seen = tried.verdict
    groups = (seen.red, seen.blocked, seen.consequences, seen.collateral, seen.missed)
    return next((name for name, group in zip(MARKS, groups, strict=True) if criterion in group), "")


def _mistake(tried: Tried) -> dict[str, Any]:
    mistake = tried.mistake
    return {
        "id": mistake.id,
        "what": mistake.what,
        "costs": mistake.costs,
        "hint": mistake.hint,
        **asdict(tried.verdict),
        "hint_shown": tried.verdict.hint_shown,
        "seconds": tried.seconds,
        "unseen_at_first": tried.unseen_at_first,
        "problems": tried.problems,
    }


def _by_section(proof: Proof) -> list[Tried]:
    """Return the mistakes in the order of the criteria that they cost, so that the matrix reads along a line."""
    sections = list(dict.fromkeys(map(_section, proof.criteria)))

    def place(tried: Tried) -> tuple[int, int, str]:
        mistake = tried.mistake
        own = sections.index(mistake.section) if mistake.section in sections else len(sections)
        return own, proof.criteria.index(mistake.costs[0]), mistake.id

    return sorted(proof.tried, key=place)


def _own_section(tried: Tried) -> str:
    return tried.mistake.section


def _short(mistake: Trial) -> str:
    """Return what a row of the matrix is called: without the section where its heading says that."""
    return " + ".join(part.id for part in mistake.parts) if len(mistake.parts) > 1 else mistake.id.partition(".")[2]


def _section(criterion: str) -> str:
    return criterion.partition(".")[0]
