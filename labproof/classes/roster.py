"""The roster of a class: who is in it, and where the machines of each are. All of it is checked before any is used."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from labproof.classes import entries, shared_machines, vagrant_labs
from labproof.classes.entries import Entry
from labproof.classes.header import OF_MACHINE, plain, trimmed
from labproof.ground.errors import ConfigError
from labproof.providers import inventory_file
from labproof.providers.inventory_file import Inventory, InventoryMachine

LONGEST = 200
"""Bytes of the longest id: its folder gets names of a run's files behind it."""
_PORTS = range(1, 65536)
_MOST_PROBLEMS = 200
_UNFIT = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
# What Windows keeps for devices, with any ending: learn.microsoft.com/windows/win32/fileio/naming-a-file
_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
_FILES = re.compile(r".*\.(json|html|csv|xlsx|xml|new)", re.IGNORECASE)
_ROUNDED = re.compile(r"[0-9]([.,][0-9]+)?E\+[0-9]+|[0-9][.,][0-9]+E[0-9]+", re.IGNORECASE)
_FRACTION = re.compile(r"[0-9]+[.,]0+")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?")
_NO_VALUE = re.compile(r"#(N/A|NV|[A-Z]+[/0-9A-Z]*[!?])|#{3,}")
"""What a spreadsheet shows where a formula has failed, or where a column is too narrow."""

_JOINERS = "\u200c\u200d"
"""They cannot be seen, and belong to names: of Persian, of Sinhala, and to some pictures."""
_FORMULA = re.compile(r'="(.*)"')


@dataclass(frozen=True)
class Student:
    """One student of a class, and how the machines of theirs are reached."""

    id: str
    name: str
    email: str
    group: str
    inventory: Inventory


def read(path: Path, machines: Sequence[str]) -> tuple[Student, ...]:
    """Read a roster: CSV, XLSX or TOML. Raises ConfigError with everything that is wrong in it, and where."""
    found, problems = entries.read(path, machines)
    students: list[tuple[Entry, Student]] = []
    for entry in found:
        wrong = list(_problems_of_texts(entry))
        student, more = _student(entry, path.parent, machines)
        problems += [*wrong, *more]
        students.append((entry, student))
    problems += [*_twice(students), *_one_address(students)]
    if not problems:
        students, problems = _with_vagrant(students, path.parent, machines)
    problems += shared_machines.problems([(entry, student.inventory) for entry, student in students])
    if problems:
        left = len(problems) - _MOST_PROBLEMS
        told = [f"{path}: {' '.join(problem.split())}" for problem in problems[:_MOST_PROBLEMS]]
        raise ConfigError(told + ([f"{path}: and {left} problems more"] if left > 0 else []))
    return tuple(student for _, student in students)


def folder_problem(id_: str) -> str:
    """Return why an id can be no folder's name on some operating system, nothing where it can."""
    if unfit := _UNFIT.search(id_):
        return f"{unfit[0]!r} cannot stand in the name of a folder; leave it out"
    if not id_.isprintable():
        return f"{id_!r} holds what cannot be seen; leave it out"
    if id_[0] in ".~-" or id_[-1] == ".":
        return f"{id_!r} begins or ends as no folder's name should; leave out the dot or dash"
    if _DEVICES.fullmatch(id_) or _FILES.fullmatch(id_):
        return f"{id_!r} is the name of a device or of a file; add a letter"
    size = len(id_.encode("utf-8", errors="surrogatepass"))
    return f"expected at most {LONGEST} bytes, found {size}; shorten it" if size > LONGEST else ""


def _problems_of_texts(entry: Entry) -> Iterator[str]:
    id_ = _value(entry, "id")
    if not id_:
        yield f"{entry.where('id')}: missing; give each student an id"
    elif what := _no_text(id_):
        yield f"{entry.where('id')}: {id_} is {what}; make the column text, and write the id again"
    elif problem := folder_problem(id_):
        yield f"{entry.where('id')}: {problem}"
    if "name" in entry.columns and not _value(entry, "name"):
        yield f"{entry.where('name')}: missing; name the student"
    for key in ("name", "email", "group"):
        if not all(c.isprintable() or c.isspace() or c in _JOINERS for c in trimmed(entry.text(key))):
            yield f"{entry.where(key)}: holds what cannot be seen; leave it out"
        elif _NO_VALUE.fullmatch(said := _value(entry, key)):
            yield _without_value(entry, key, said)


def _without_value(entry: Entry, key: str, said: str) -> str:
    return f"{entry.where(key)}: {said} is what a spreadsheet shows for want of a value; correct the cell"


def _no_text(id_: str) -> str:
    """Return what a program has made of an id that was no text to it, nothing where it is one."""
    if _ROUNDED.fullmatch(id_):
        return "a number that a spreadsheet has rounded"
    if _FRACTION.fullmatch(id_):
        return "a number as a program writes it, perhaps without zeros that stood in front"
    if _MOMENT.fullmatch(id_):
        return "a date that a spreadsheet has made of it"
    return "what a spreadsheet shows for want of a value" if _NO_VALUE.fullmatch(id_) else ""


def _value(entry: Entry, key: str) -> str:
    """Return a text as it is meant: in one line, out of a formula that was to keep its zeros."""
    text = plain(entry.text(key))
    if key in ("name", "group"):
        text = unicodedata.normalize("NFC", " ".join(trimmed(entry.text(key)).split()))
    formula = _FORMULA.fullmatch(text)
    return formula[1] if formula else text


def _student(entry: Entry, folder: Path, machines: Sequence[str]) -> tuple[Student, list[str]]:
    """Return a student, and what is wrong with the machines; those that are wrong are left out."""
    problems: list[str] = []
    problems += _ways_too_many(entry, machines)
    if named := _value(entry, "inventory"):
        inventory = _named(entry, folder / named, problems)
    elif _value(entry, "vagrant"):
        inventory = Inventory({})
    else:
        inventory = _written(entry, folder, machines, problems)
    texts = {key: _value(entry, key) for key in ("id", "name", "email", "group")}
    return Student(**texts, inventory=inventory), problems


def _ways_too_many(entry: Entry, machines: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong where more than one column says where a student's machines are."""
    ways = [key for key in ("inventory", "vagrant") if _value(entry, key)]
    if len(ways) > 1:
        yield f"{entry.where(ways[1])}: {ways[0]} names the machines already; leave out one of the two"
    elif ways and any(entry.text(f"{machine}.{key}").strip() for machine in machines for key in OF_MACHINE):
        yield f"{entry.where(ways[0])}: it names the machines; leave out it or their columns"


def _with_vagrant(
    students: Sequence[tuple[Entry, Student]], folder: Path, machines: Sequence[str]
) -> tuple[list[tuple[Entry, Student]], list[str]]:
    """Return the students with the machines of their Vagrant folders, and what is wrong with those."""
    places = [(entry, folder / place) for entry, _ in students if (place := _value(entry, "vagrant"))]
    found, problems = vagrant_labs.inventories(places, machines) if places else ({}, [])
    return [(e, replace(s, inventory=found.get(e.row, s.inventory))) for e, s in students], problems


def _named(entry: Entry, path: Path, problems: list[str]) -> Inventory:
    try:
        return inventory_file.read(path)
    except ConfigError as problem:
        problems += [f"{entry.where('inventory')}: {one}" for one in problem.problems]
        return Inventory({})


def _written(entry: Entry, folder: Path, machines: Sequence[str], problems: list[str]) -> Inventory:
    """Return the machines that a student's columns name."""
    found = {}
    for machine in machines:
        port = _value(entry, f"{machine}.port") or "22"
        is_port = port.isascii() and port.isdigit() and len(port) < 6 and int(port) in _PORTS
        if not is_port:
            problems.append(f"{entry.where(f'{machine}.port')}: expected a port from 1 to 65535, found {port[:80]!r}")
        host = _value(entry, f"{machine}.host")
        if not host:
            problems.append(f"{entry.where(f'{machine}.host')}: missing; say where the machine is")
            continue
        if _NO_VALUE.fullmatch(host):
            problems.append(_without_value(entry, f"{machine}.host", host))
            continue
        key = _value(entry, f"{machine}.key")
        one = InventoryMachine(
            host=host,
            port=int(port) if is_port else 22,
            user=_value(entry, f"{machine}.user") or "root",
            key=_key(folder, key) if key else None,
            # A password is taken as it stands: spaces and wide letters may be part of it.
            password=entry.text(f"{machine}.password"),
            address=_value(entry, f"{machine}.address") or None,
            jump=_value(entry, f"{machine}.jump") or None,
        )
        for problem in inventory_file.problems_of(one):
            what, _, said = problem.partition(": ")
            problems.append(f"{entry.where(f'{machine}.{what}')}: {said}")
        found[machine] = one
    inventory = Inventory(found)
    if len(found) == len(machines) and not problems:
        problems += [f"{entry.row}: {problem}" for problem in inventory_file.likenesses(inventory)]
    return inventory


def _key(folder: Path, key: str) -> Path:
    return Path(key) if key.startswith("~") else folder / key


def _twice(students: Sequence[tuple[Entry, Student]]) -> Iterator[str]:
    """Yield every id that two students have; capital and small letters are one in some file systems."""
    first: dict[str, Entry] = {}
    for entry, student in students:
        if student.id and (other := first.setdefault(student.id.casefold(), entry)) is not entry:
            yield f"{entry.where('id')}: {student.id} is the id of {other.row}, too; give each student one of their own"


def _one_address(students: Sequence[tuple[Entry, Student]]) -> Iterator[str]:
    """Yield every e-mail address that two students have: by it a platform gives one of them the other's points."""
    first: dict[str, Entry] = {}
    for entry, student in students:
        if "@" in student.email and (other := first.setdefault(student.email.casefold(), entry)) is not entry:
            yield f"{entry.where('email')}: {student.email} is that of {other.row}, too; correct one, or leave it out"


def read_names(path: Path, machines: Sequence[str]) -> tuple[Student, ...]:
    """Read who is in a class, and leave alone where the machines are. Raises ConfigError with all that is wrong."""
    found, problems = entries.read(path, machines)
    texts = [{key: _value(entry, key) for key in ("id", "name", "email", "group")} for entry in found]
    students = [(e, Student(**one, inventory=Inventory({}))) for e, one in zip(found, texts, strict=True)]
    problems += [problem for entry in found for problem in _problems_of_texts(entry)]
    problems += [*_twice(students), *_one_address(students)]
    if problems:
        raise ConfigError([f"{path}: {' '.join(problem.split())}" for problem in problems[:_MOST_PROBLEMS]])
    return tuple(student for _, student in students)
