"""The rows of a workbook (XLSX), each value as the text that a person sees in its cell."""

import functools
import io
import re
import warnings
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

from labproof.ground.errors import ConfigError

MAGIC = b"PK\x03\x04"
"""What every workbook begins with: it is a ZIP file."""
_LARGEST = 128 * 1024 * 1024
"""Bytes that a workbook may unpack to: ten times a class of thousands."""
_MOST_COLUMNS = 1000
_ONE_CELL = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([A-Z]{1,3})([0-9]{1,7}):[A-Z]{1,3}([0-9]{1,7})"')
"""Cells that are one: ECMA-376, part 1, 18.3.1.54. openpyxl knows of them only with all cells in memory."""
_EXACT = 10**15
"""From here on a spreadsheet rounds a number: it keeps fifteen digits."""


def sheets(data: bytes, path: Path, most_rows: int) -> dict[str, list[list[str]]]:
    """Return the rows of every worksheet that can be seen, by its title.

    Raises ConfigError for what is no workbook, or a too large one.
    """
    try:
        import openpyxl
    except ImportError:
        fix = "pip install 'labproof[class]', or save it as CSV UTF-8"
        raise ConfigError([f"{path}: a workbook is read with openpyxl, which is not installed; {fix}"]) from None
    _require_size(data, path)
    try:
        with warnings.catch_warnings():
            # It warns of styles and extensions that a roster has no use for.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            seen = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
            return {
                sheet.title: _filled(_rows(sheet, path, most_rows), sheet, data) for sheet in seen or book.worksheets
            }
    except ConfigError:
        raise
    # What a damaged workbook makes of openpyxl and of its XML parser is no list that anybody could keep.
    except Exception as problem:
        what = " ".join(f"{type(problem).__name__}: {problem}".split())[:200]
        raise ConfigError([f"{path}: not a workbook that can be read ({what}); save it again"]) from problem


def _require_size(data: bytes, path: Path) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            size = sum(part.file_size for part in packed.infolist())
            is_workbook = "[Content_Types].xml" in packed.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as problem:
        raise ConfigError([f"{path}: a damaged workbook ({problem}); save it again"]) from problem
    if size > _LARGEST:
        raise ConfigError([f"{path}: unpacks to {size >> 20} MiB, which no roster does; save it as CSV UTF-8"])
    # Numbers and OpenDocument are zips, too.
    if not is_workbook:
        raise ConfigError([f"{path}: a zip, and no workbook (XLSX); save it as XLSX or CSV UTF-8"])


def _rows(sheet: Any, path: Path, most_rows: int) -> list[list[str]]:
    rows = []
    # What a workbook says of its own size may be wrong: rows are counted as they come.
    sheet.reset_dimensions()
    for row in sheet.iter_rows(max_col=_MOST_COLUMNS):
        rows.append([_text(cell) for cell in row])
        if len(rows) > most_rows:
            raise ConfigError([f"{path}: more than {most_rows} rows; leave out what is no student"])
    return rows


def _filled(rows: list[list[str]], sheet: Any, data: bytes) -> list[list[str]]:
    """Return rows in which cells that are one hold the same text: a group that stands beside several students."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        found = _ONE_CELL.findall(packed.read(sheet._worksheet_path))
    for letters, first, last in found[: len(rows)]:
        column, above = _column(letters), int(first) - 1
        text = rows[above][column] if above < len(rows) and column < len(rows[above]) else ""
        for row in rows[above + 1 : int(last)] if text else ():
            row += [""] * (column + 1 - len(row))
            row[column] = row[column].strip() or text
    return rows


def _column(letters: bytes) -> int:
    """Return the number of a column that a spreadsheet calls by letters; `A` is 0."""
    return functools.reduce(lambda number, letter: 26 * number + letter - ord("A") + 1, letters, 0) - 1


def _text(cell: Any) -> str:
    """Return the text that stands in a cell."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool | datetime | date) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, float) and not value.is_integer():
        return repr(value)
    if abs(value) >= _EXACT:
        # In the form in which such a number is refused: what it once was, nobody knows.
        return f"{float(value):E}"
    # A format of zeros alone shows leading ones: 0000000 makes 0012345 of 12345.
    zeros = re.fullmatch("0+", cell.number_format or "")
    return str(int(value)).zfill(len(zeros[0]) if zeros else 0)
