"""The page that says what another rubric would change for a class: one file, with no network."""

from pathlib import Path
from urllib.parse import quote

from labproof.gradebook.comparison import Comparison
from labproof.gradebook.page import report_link
from labproof.ground import language
from labproof.ground.whole_file import replace as replaced
from labproof.showing.report import _environment as environment
from labproof.showing.scripts import script

NAME = "what-if.html"
MOST_REASONS = 12
"""Reasons that are told for one student; what is left is summed up."""


def write(comparison: Comparison, rubric: str, folder: Path) -> Path:
    """Write the page into the folder of the class that was judged anew, whole or not at all."""
    return replaced(folder / NAME, render(comparison, rubric))


def render(comparison: Comparison, rubric: str) -> str:
    """Return the page: the same one for the same results, always. `rubric` names the file of weights, if any."""
    return (
        environment()
        .get_template("what-if.html.j2")
        .render(
            spoken=language.current(),
            compared=comparison,
            book=comparison.after,
            rubric=rubric,
            script=script("language", "sorting", "what-if"),
            most=MOST_REASONS,
            report=report_link,
            place=place,
        )
    )


def place(criterion: str) -> str:
    """Return the anchor of a criterion in a report."""
    return f"#criterion-{quote(criterion.encode('utf-8', 'backslashreplace'), safe='@')}"
