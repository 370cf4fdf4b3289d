"""What the real parts show, as data; and what of a text changes from run to run."""

import re
import tomllib
from pathlib import Path
from typing import Any

from labproof.grading import rubric
from labproof.grading.known_mistakes import recognise
from labproof.records.model import Exchange

RUBRIC = rubric.load(extras=frozenset({"reboot"}))
_PASSING = (
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}", "TIME"),
    (r"\bE\d{4} \d\d:\d\d:\d\d\.\d{6}", "TIME"),
    (r"\[\d+\]", "[PID]"),
    (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
    (r"-> :\d+\)", "-> :PORT)"),
    (r"\d{10,}\.\d{10,}\.", "RANDOM."),
    (r"MD5 = [0-9a-f]{32}", "MD5 = SUM"),
)


def read(part: str) -> dict[str, Any]:
    """Return what a part shows."""
    return tomllib.loads((Path(__file__).parent / f"{part}.toml").read_text(encoding="utf-8"))


def shape(text: str) -> str:
    """Return a text without the times, numbers and ports that differ from run to run."""
    for pattern, instead in _PASSING:
        text = re.sub(pattern, instead, text)
    return text.strip()


def recognised(text: str) -> set[str]:
    """Return the known mistakes of any section that a grader recognises in what was found."""
    return {
        seen.id
        for exercise in RUBRIC.exercises
        for criterion in exercise.criterion
        for seen in recognise(RUBRIC.slips, criterion.id, text, [])
    }


def recognised_in(criterion: str, found: str, output: str = "") -> set[str]:
    """Return the known mistakes that a grader recognises of one criterion, in what was found and what was printed."""
    return {seen.id for seen in recognise(RUBRIC.slips, criterion, found, [_printed(output)])}


def _printed(output: str) -> Exchange:
    return Exchange(1, "node", "command", "", "observe", "", 0.0, 0, output)
