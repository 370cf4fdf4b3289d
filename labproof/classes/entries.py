"""The students of a roster as texts, each text with the place where it stands, from a table or from TOML."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labproof.classes import header, parts, sheet
from labproof.classes.sheet import Sheet
from labproof.classes.text import decode
from labproof.ground.errors import ConfigError
from labproof.ground.shape import shown

_TABLE = "student"


@dataclass(frozen=True)
class Entry:
    """One student: texts by their keys (`id`, `master.host`); `row` and `columns` say where they stand."""

    row: str
    values: Mapping[str, str]
    columns: Mapping[str, str]

    def text(self, key: str) -> str:
        """Return a text, empty where there is none."""
        return self.values.get(key, "")

    def where(self, key: str) -> str:
        """Return the place of a text, for a problem with it."""
        return f"{self.row}, {self.columns.get(key, 'no column')} ({key})"


def read(path: Path, machines: Sequence[str]) -> tuple[list[Entry], list[str]]:
    """Return the students of a roster, and what is wrong with its form. Raises ConfigError for what is no roster."""
    data = sheet.read_bytes(path)
    found = _of_toml(data, path, machines) if path.suffix.casefold() == ".toml" else _of_table(data, path, machines)
    if not any(found):
        raise ConfigError([f"{path}: no student in it; add a row for each"])
    return found


def _of_table(data: bytes, path: Path, machines: Sequence[str]) -> tuple[list[Entry], list[str]]:
    sheets = sheet.sheets(data, path)
    with_header = [one for one in sheets if header.find(one.rows, machines) is not None]
    if not with_header:
        raise ConfigError([f"{path}: {_no_header(sheets, machines)}"])
    entries, problems = _of_sheet(with_header[0], machines)
    if len(with_header) > 1 and with_header[0].title:
        problems += _elsewhere(with_header, entries, machines)
    return entries, problems


def _no_header(sheets: Sequence[Sheet], machines: Sequence[str]) -> str:
    example = ", ".join(("id", "name", "email", "group", *(f"{machine}.host" for machine in machines)))
    row = next((row for one in sheets for row in one.rows if any(text.strip() for text in row)), [])
    found = shown(", ".join(text.strip() for text in row if text.strip()))
    return f"no header with an id (学号) and more in it, found {found}; begin the table with: {example}"


def _of_sheet(read: Sheet, machines: Sequence[str]) -> tuple[list[Entry], list[str]]:
    rows, top = read.rows, header.find(read.rows, machines) or 0
    places, wrong = header.columns(rows[top], machines)
    problems = [f"row {top + 1}, {problem}" for problem in wrong] + ([read.problem] if read.problem else [])
    columns = parts.place({key: header.letter(number) for key, number in places.items()})
    words = {key: rows[top][place] for key, place in places.items()}
    entries = []
    for number, row in enumerate(rows[top + 1 :], top + 2):
        values = {key: row[place] for key, place in places.items() if place < len(row)}
        # A table that is printed has its header on every page.
        if not any(text.strip() for text in row) or values == words:
            continue
        if extra := [text for text in row[len(rows[top]) :] if text.strip()]:
            problems.append(f"row {number}, {header.letter(len(rows[top]))}: {_too_many(extra)}")
        if not parts.is_of_the_table(values := parts.whole(values)):
            entries.append(Entry(f"row {number}", values, columns))
    return entries, problems


def _elsewhere(sheets: Sequence[Sheet], entries: Sequence[Entry], machines: Sequence[str]) -> Iterator[str]:
    """Yield each further worksheet with students whom the first one does not have: nobody is left out in silence."""
    known = {header.plain(entry.text("id")) for entry in entries}
    for other in sheets[1:]:
        ids = [header.plain(entry.text("id")) for entry in _of_sheet(other, machines)[0]]
        if new := [id_ for id_ in ids if id_ and id_ not in known]:
            count, first, title = len(new), shown(sheets[0].title), shown(other.title)
            lacks = f"worksheet {title}: {count} ids that worksheet {first} does not have, such as {shown(new[0])}"
            yield f"{lacks}; put all students on one worksheet, or remove this one"


def _too_many(extra: Sequence[str]) -> str:
    return f"{len(extra)} more than the header has columns; put a text that holds the delimiter into quotes"


def _of_toml(data: bytes, path: Path, machines: Sequence[str]) -> tuple[list[Entry], list[str]]:
    example = f'a roster in TOML has a table [[{_TABLE}]] with id = "..." for each student'
    try:
        read = tomllib.loads(decode(data, path).replace("\r\n", "\n"))
    except (ValueError, RecursionError) as problem:
        raise ConfigError([f"{path}: {problem}; {example}"]) from None
    students = read.pop(_TABLE, [])
    if not isinstance(students, list) or not all(isinstance(one, dict) for one in students):
        raise ConfigError([f"{path}: {_TABLE}: expected tables, found {shown(students)}; {example}"])
    problems = [f"{shown(key)}: unknown key; {example}" for key in read]
    entries = []
    for number, student in enumerate(students, 1):
        row, values = f"{_TABLE} {number}", {}
        for key, value in _flat(student, machines):
            if key.rpartition(".")[2] not in (header.OF_MACHINE if "." in key else header.OF_STUDENT):
                problems.append(f"{row}, key {shown(key)}: unknown key; remove it, or correct its spelling")
            elif text := _text(key, value):
                values[key] = text
            elif value != "":
                problems.append(f"{row}, key {key}: expected a text, found {_found(key, value)}; put it in quotes")
        entries.append(Entry(row, values, {key: f"key {key}" for key in values}))
    return entries, problems


def _flat(student: Mapping[str, Any], machines: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """Yield every value with its key; that of a machine's table begins with the machine's name."""
    for key, value in student.items():
        if key in machines and isinstance(value, dict):
            yield from ((f"{key}.{inner}", inmost) for inner, inmost in value.items() if inner in header.OF_MACHINE)
            yield from ((f"{key}.?{inner}", None) for inner in value if inner not in header.OF_MACHINE)
        else:
            # A dot of the key's own would make it one of a machine.
            yield key.replace(".", "·"), value


def _text(key: str, value: object) -> str:
    """Return a value as a text, nothing where it is none; a port may be a number."""
    if key.endswith(".port") and isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**6:
        return str(value)
    return value if isinstance(value, str) else ""


def _found(key: str, value: object) -> str:
    return "what is not shown here" if key.endswith("password") else shown(value)
