"""The gradebook as rows, and any rows as CSV or as an XLSX workbook."""

import csv
import io
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from labproof.gradebook.book import Book, Graded
from labproof.gradebook.cells import harmless, plain
from labproof.gradebook.item_analysis import analyse
from labproof.ground.errors import LabError
from labproof.records.model import number

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

Cell = str | Fraction | float | int | None
"""A text, a number, or nothing where nothing is known: never a 0 for that."""

BOM = "\ufeff"
"""Without it, Excel on Chinese Windows reads a CSV as GB18030."""

_HEAD = ("id", "name", "email", "group", "state", "attempts")
_POINTS = ("points", "possible", "lost", "blocked", "undetermined", "penalty", "points by evidence")
_SAID = ("decisions", "not final because", "questions")


def gradebook(book: Book) -> list[Sequence[Cell]]:
    """Return a row for each student below a header: who, the points, those of each section and each criterion.

    All of them are those that count by the instructor's word; the penalty is taken off the sum alone.
    """
    sections = list(book.sections)
    header = (*_HEAD, *_POINTS, *_SAID, *(name for name, _ in sections), *(item.id for item in book.items))
    rows: list[Sequence[Cell]] = [header]
    for graded in book.students:
        by_section = (graded.earned_in(items) for _, items in sections)
        rows.append((*_who(graded), *_points(graded), *by_section, *(_mark(graded, i.id) for i in book.items)))
    return rows


def criteria(book: Book) -> list[Sequence[Cell]]:
    """Return a row for each criterion below a header: how it went in the class."""
    header = ("criterion", "text", "section", "points", "n", "passed", "failed", "blocked", "not judged")
    rows: list[Sequence[Cell]] = [(*header, "difficulty p", "p of those not blocked", "point-biserial")]
    for a in analyse(book):
        counts = (a.n, a.passed, a.failed, a.blocked, a.unjudged)
        measures = (a.difficulty, a.difficulty_reached, a.discrimination)
        rows.append((a.item.id, a.item.text, a.item.section, a.item.points, *counts, *measures))
    return rows


def decided(book: Book) -> list[Sequence[Cell]]:
    """Return a row for each decision and each student that it is about, below a header."""
    header = ("id", "name", "decision", "criterion", "entry", "by the evidence", "counts", "no effect because")
    rows: list[Sequence[Cell]] = [(*header, "reason", "author", "date", "expires")]
    for graded in book.students:
        for r in graded.rulings:
            made = (r.kind, r.criterion, r.place, r.evidence, r.counts, r.idle)
            rows.append((graded.student.id, graded.student.name, *made, r.reason, r.author, r.date, r.expires))
    return rows


def told(graded: Graded) -> str:
    """Return all decisions about a student in one line."""
    return "; ".join(map(str, graded.rulings))


def as_csv(rows: Iterable[Sequence[Cell]], bom: bool = True) -> str:
    """Return rows as CSV (RFC 4180), no text of which is a formula."""
    file = io.StringIO()
    file.write(BOM if bom else "")
    csv.writer(file, lineterminator="\r\n").writerows([_csv_cell(cell) for cell in row] for row in rows)
    return file.getvalue()


def as_xlsx(sheets: dict[str, list[Sequence[Cell]]]) -> bytes:
    """Return sheets as a workbook in which every text is text. Raises LabError where openpyxl is not installed."""
    try:
        from openpyxl import Workbook
    except ImportError:
        raise LabError("XLSX: openpyxl is not installed; `pip install openpyxl`, and ask again") from None
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for title, rows in sheets.items():
        _fill(workbook.create_sheet(title), rows)
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def _who(graded: Graded) -> tuple[Cell, ...]:
    student = graded.student
    return student.id, student.name, student.email, student.group, student.state, student.attempts


def _points(graded: Graded) -> tuple[Cell, ...]:
    counted = graded.counted
    said = (told(graded), graded.withheld, "; ".join(graded.student.questions))
    if not graded.marks:
        return (None,) * len(_POINTS) + said
    parts = (counted.possible, counted.lost, counted.blocked, counted.undetermined)
    return graded.earned, *parts, graded.taken, graded.score.earned, *said


def _mark(graded: Graded, id_: str) -> Cell:
    mark = graded.marks.get(id_)
    return mark.counts if mark else None


def _csv_cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return harmless(cell)
    return number(cell) if isinstance(cell, Fraction) else f"{cell:.4g}" if isinstance(cell, float) else str(cell)


def _fill(sheet: "Worksheet", rows: list[Sequence[Cell]]) -> None:
    for y, row in enumerate(rows, 1):
        for x, value in enumerate(row, 1):
            if value is None or value == "":
                continue
            cell = sheet.cell(y, x)
            if isinstance(value, str):
                # openpyxl takes a text that begins with = for a formula; and 007 must stay 007 when it is edited.
                cell.value, cell.number_format = plain(value), "@"
                cell.data_type = "s"
            else:
                cell.value = round(float(value), 4) if not isinstance(value, int) else value
    sheet.freeze_panes = "C2"
    sheet.auto_filter.ref = sheet.dimensions
