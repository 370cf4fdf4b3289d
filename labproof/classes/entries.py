"""The students of a roster as texts, each text with the place where it stands, from a table or from TOML."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labproof.classes import header, sheet
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
    read = next((s for s in sheet.sheets(data, path) if header.find(s.rows, machines) is not None), None)
    if read is None:
        example = ", ".join(("id", "name", "email", "group", *(f"{machine}.host" for machine in machines)))
        raise ConfigError([f"{path}: no header with an id (学号) and more in it; begin the table with: {example}"])
    found, top = read.rows, header.find(read.rows, machines) or 0
    places, wrong = header.columns(found[top], machines)
    problems = [f"row {top + 1}, {problem}" for problem in wrong] + ([read.problem] if read.problem else [])
    columns = {key: header.letter(number) for key, number in places.items()}
    entries = []
    for number, row in enumerate(found[top + 1 :], top + 2):
        if not any(text.strip() for text in row):
            continue
        if extra := [text for text in row[len(found[top]) :] if text.strip()]:
            problems.append(f"row {number}, {header.letter(len(found[top]))}: {_too_many(extra)}")
        values = {key: row[place] for key, place in places.items() if place < len(row)}
        entries.append(Entry(f"row {number}", values, columns))
    return entries, problems


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
