"""A table as people have it: its rows from CSV or from a workbook, without knowing what they mean."""

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

from labproof.classes import workbook
from labproof.classes.text import readings
from labproof.ground.errors import ConfigError
from labproof.ground.plain_file import open_plain

LIMIT = 16 * 1024 * 1024
"""Bytes of a roster that are read."""
MOST_ROWS = 20_000
_DELIMITERS = (",", ";", "\t", "\N{FULLWIDTH COMMA}", "\N{FULLWIDTH SEMICOLON}")
"""What stands between cells: a spreadsheet's own, then what a Chinese keyboard writes in their place."""
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""What a workbook of before 2007 begins with, and any with a password: [MS-CFB] 2.2."""
_PAGE = re.compile(r"\s*<(!doctype|html|head|meta|table|\?xml)\b", re.IGNORECASE)
"""How a page begins: many a school's system calls its tables .xls that are one."""


@dataclass(frozen=True)
class Sheet:
    """Rows of cells as the spreadsheet has them; `problem` says why there are no more, where that is no good end.

    `title` is that of a worksheet; a text has none.
    """

    rows: list[list[str]]
    problem: str = ""
    title: str = ""


def read_bytes(path: Path) -> bytes:
    """Return what a roster holds. Raises ConfigError for what is no file of a roster's size."""
    try:
        with open_plain(path, LIMIT, "name a roster") as file:
            return file.read(LIMIT + 1)
    except FileNotFoundError:
        raise ConfigError([f"{path}: no such file; check the path"]) from None
    except ValueError as problem:
        # A name that no file can have.
        raise ConfigError([f"{str(path)!r}: {problem}; check the path"]) from None


def sheets(data: bytes, path: Path) -> list[Sheet]:
    """Return the ways to read a file as rows, the likeliest first: by encoding and delimiter, or by worksheet.

    Rows and columns stand where the spreadsheet has them. Raises ConfigError for a file that is no table.
    """
    if data.startswith(workbook.MAGIC):
        return [Sheet(rows, title=title) for title, rows in workbook.sheets(data, path, MOST_ROWS).items()]
    if data.startswith(_OLD_WORKBOOK):
        raise ConfigError([f"{path}: an old workbook (.xls), or one with a password; save it as XLSX or CSV UTF-8"])
    texts = readings(data, path)
    if not texts[0].strip():
        raise ConfigError([f"{path}: empty; give it a header and a row for each student"])
    if _PAGE.match(texts[0]):
        raise ConfigError([f"{path}: a page, whatever its name says; open it in a spreadsheet, and save it as XLSX"])
    return [_rows(text, delimiter) for text in texts for delimiter in _DELIMITERS]


def _rows(text: str, delimiter: str) -> Sheet:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            rows.append(row)
            if len(rows) > MOST_ROWS:
                raise csv.Error(f"more than {MOST_ROWS} rows")
    except csv.Error as problem:
        return Sheet(rows, f"row {len(rows) + 1}: no table from here on ({problem}); close every quote")
    return Sheet(rows)
