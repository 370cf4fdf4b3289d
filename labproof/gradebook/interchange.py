"""Tables that learning platforms import: only scores that are final, for an import overwrites what stands there."""

import re
from collections.abc import Sequence

from labproof.gradebook.book import Book
from labproof.gradebook.tables import Cell, told
from labproof.records.model import number

_POINTS_POSSIBLE = "Points Possible"
_NO_ASSIGNMENT = re.compile(r"\b(Current|Final) (?=Score|Points|Grade)|\bOverride (?=Score|Grade|Status)")
"""What Canvas takes for a column of its own, wherever it stands in a title, and does not import."""
_CANVAS_ID = re.compile(r"(\s)\((\d+)\)\Z")
"""What Canvas takes for the number of another assignment at the end of a title."""


def canvas(book: Book) -> list[Sequence[Cell]]:
    """Return rows for Canvas' gradebook import.

    Source: `lib/gradebook_importer.rb` of instructure/canvas-lms: the header's five columns in this order, then
    assignments; a row whose first cell contains "Points Possible" describes the assignment and is no student. What a
    title may not hold: `NON_ASSIGNMENT_COLUMN_HEADERS` there, and `title_and_id` of `app/models/assignment.rb`.
    """
    title = _CANVAS_ID.sub(r"\1[\2]", _NO_ASSIGNMENT.sub(lambda found: f"{found[0].strip()}-", _title(book)))
    header = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section", title)
    rows: list[Sequence[Cell]] = [header, (_POINTS_POSSIBLE, None, None, None, None, book.possible)]
    for graded in book.final:
        student = graded.student
        # Students are found by their SIS id; a name may say what it likes, but for that one thing.
        name = student.name if _POINTS_POSSIBLE not in student.name else student.id
        rows.append((name, None, student.id, student.email, student.group, book.points(graded)))
    return rows


def moodle(book: Book) -> list[Sequence[Cell]]:
    """Return rows for Moodle's grade import (docs.moodle.org, Grade import).

    Points and feedback stand in one file: imported apart, one of them removes the other.
    """
    rows: list[Sequence[Cell]] = [("ID number", "Email address", _title(book), "Feedback")]
    for graded in book.final:
        feedback = "; ".join(filter(None, (f"{graded.score}; run {graded.run}", told(graded))))
        rows.append((graded.student.id, graded.student.email, book.points(graded), feedback))
    return rows


def nbgrader(book: Book) -> list[Sequence[Cell]]:
    """Return the columns of nbgrader's own export (`nbgrader/plugins/export.py`), quoted where nbgrader forgets to.

    A score that is not final is left empty, where nbgrader writes 0. A name is not taken apart: it stands as the
    last name, because which part of a name is the family's differs.
    """
    header = ("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email")
    rows: list[Sequence[Cell]] = [(*header, "raw_score", "late_submission_penalty", "score", "max_score")]
    for graded in book.students:
        student = graded.student
        raw, taken, score = book.raw_points(graded) if graded.is_final else (None, 0, None)
        who = (student.id, student.name, "", student.email)
        rows.append((_title(book), "", graded.finished, *who, raw, taken, score, book.possible))
    return rows


def _title(book: Book) -> str:
    return book.course or f"Labproof ({number(book.possible)} points)"
