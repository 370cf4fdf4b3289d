"""Writes everything that is made of a class into its folder, each file whole or not at all."""

import contextlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from labproof.gradebook import gradescope, interchange, junit, page, tables
from labproof.gradebook.book import Book
from labproof.ground import language
from labproof.ground.errors import ConfigError, LabError
from labproof.ground.json_lines import laid_out
from labproof.ground.whole_file import replace

EXPORTS = "exports"
_LINES_TO = 2
"""How deep Gradescope's results are laid out for people: each criterion has a line."""


@dataclass(frozen=True)
class Written:
    """The files that were written, and what could not be."""

    files: tuple[Path, ...]
    left_out: tuple[str, ...]


def write(book: Book, folder: Path) -> Written:
    """Write `index.html` and `exports/`. Raises ConfigError where the folder cannot be written."""
    exports = folder / EXPORTS
    try:
        files = [replace(folder / "index.html", page.render(book, language.current()))]
        sheets = {name: rows(book) for name, rows in _SHEETS.items()}
        files += [replace(exports / f"{name}.csv", tables.as_csv(rows)) for name, rows in sheets.items()]
        files += [replace(exports / name, make(book)) for name, make in _TEXTS.items()]
        files += _gradescope(book, exports / "gradescope")
        workbook, left_out = _workbook(sheets, exports)
    except OSError as problem:
        fix = "free some space there, or correct its rights"
        raise ConfigError([f"{problem.filename or folder}: cannot be written ({problem.strerror}); {fix}"]) from problem
    return Written((*files, *workbook), left_out)


_SHEETS: dict[str, Callable[[Book], list[Sequence[tables.Cell]]]] = {
    "gradebook": tables.gradebook,
    "criteria": tables.criteria,
    "decisions": tables.decided,
}
"""What is written as a CSV each, and as the sheets of one workbook."""

_TEXTS: dict[str, Callable[[Book], str]] = {
    # These are read by programs, of which not every one takes a byte order mark for none of the first header.
    "canvas.csv": lambda book: tables.as_csv(interchange.canvas(book), bom=False),
    "moodle.csv": lambda book: tables.as_csv(interchange.moodle(book), bom=False),
    "nbgrader.csv": lambda book: tables.as_csv(interchange.nbgrader(book), bom=False),
    "junit.xml": junit.as_xml,
}


def _gradescope(book: Book, folder: Path) -> list[Path]:
    """Write a file for each final score; one of before, which is final no more, is removed."""
    files = []
    for graded in book.final:
        text = laid_out(gradescope.results(book, graded), _LINES_TO)
        files.append(replace(folder / f"{_file_name(graded.student.id)}.json", text))
    for old in set(folder.glob("*.json")) - set(files):
        old.unlink()
    return files


def _file_name(id_: str) -> str:
    """Return an id as the name of a file, whatever it is: never a way out of the folder, never hidden."""
    name = quote(id_.encode("utf-8", "backslashreplace"), safe="")
    return f"%2E{name[1:]}" if name.startswith(".") else name


def _workbook(sheets: dict[str, list[Sequence[tables.Cell]]], folder: Path) -> tuple[list[Path], tuple[str, ...]]:
    path, draft = folder / "gradebook.xlsx", folder / ".gradebook.xlsx.new"
    try:
        data = tables.as_xlsx({name.capitalize(): rows for name, rows in sheets.items()})
    except LabError as problem:
        # An old one would no longer say the same as the files beside it.
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
        return [], (str(problem),)
    draft.write_bytes(data)
    os.replace(draft, path)
    return [path], ()
