"""Rosters that are workbooks (XLSX)."""

import io
import zipfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from labproof.classes import roster
from labproof.ground.errors import ConfigError
from tests.classes.rosters import CHINESE, MACHINES, ROW, read


def workbook(*rows: Iterable[object], zeros: str = "") -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    if zeros:
        book.active["A3"].number_format = zeros
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def test_workbook(tmp_path: Path) -> None:
    """A workbook is read as a table is: numbers as the text that stands in the cell, with the zeros that it shows."""
    data = workbook(["Class of 2026"], CHINESE, [12345, *ROW[1:]], ["007", "B", "", "", "c", "d"], zeros="0000000")
    assert [student.id for student in read(tmp_path, data, "class.xlsx")] == ["0012345", "007"]


def test_rounded_id_of_a_workbook(tmp_path: Path) -> None:
    """A number with more digits than a spreadsheet keeps is refused: it is somebody else's id perhaps."""
    with pytest.raises(ConfigError, match=r"column A \(id\): .* a spreadsheet has rounded; make the column text"):
        read(tmp_path, workbook(CHINESE, [202300012345678901, *ROW[1:]]), "class.xlsx")


def test_cells_that_are_one(tmp_path: Path) -> None:
    """A group that stands once beside several students is the group of each."""
    book = openpyxl.load_workbook(
        io.BytesIO(workbook(CHINESE, ["1", "A", "", "一班", "a", "b"], ["2", "B"], ["3", "C"]))
    )
    for row, hosts in ((3, "cd"), (4, "ef")):
        book.active.cell(row, 5).value, book.active.cell(row, 6).value = hosts
    book.active.merge_cells("D2:D3")
    book.save(tmp_path / "class.xlsx")
    students = roster.read(tmp_path / "class.xlsx", MACHINES)
    assert [student.group for student in students] == ["一班", "一班", ""]


def test_cells_that_are_one_take_no_time_and_no_text_away(tmp_path: Path) -> None:
    """A workbook that says that all of its cells are one keeps what stands in each, and is read at once."""
    data = workbook(CHINESE, ROW)
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(tmp_path / "class.xlsx", "w") as new:
        for name in old.namelist():
            merged = b'</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
            new.writestr(name, old.read(name).replace(b"</sheetData>", merged))
    [student] = roster.read(tmp_path / "class.xlsx", MACHINES)
    assert (student.id, student.group) == ("0012345", "一班")


def test_worksheets_of_a_workbook(tmp_path: Path) -> None:
    """The first worksheet that can be seen is the class; a student who stands on another one alone is told."""
    book = openpyxl.load_workbook(io.BytesIO(workbook(CHINESE, ROW)))
    other = book.create_sheet("Marks")
    other.append(["学号", "points"])
    other.append(["0012345", 3])
    book.save(tmp_path / "class.xlsx")
    assert [student.id for student in roster.read(tmp_path / "class.xlsx", MACHINES)] == ["0012345"]
    other.append(["学号", "姓名"])
    other.append(["0054321", "B"])
    other["B1"] = "姓名"
    book.save(tmp_path / "class.xlsx")
    with pytest.raises(
        ConfigError, match=r"worksheet 'Marks': 1 ids that worksheet 'Sheet' does not have, such as '005"
    ):
        roster.read(tmp_path / "class.xlsx", MACHINES)
    other.sheet_state = "hidden"
    book.save(tmp_path / "class.xlsx")
    assert len(roster.read(tmp_path / "class.xlsx", MACHINES)) == 1


def test_date_that_was_an_id(tmp_path: Path) -> None:
    """An id of which a spreadsheet has made a date is told as that."""
    with pytest.raises(
        ConfigError, match=r"column A \(id\): 2023-01-05 00:00:00 is a date that a spreadsheet has made"
    ):
        read(tmp_path, workbook(CHINESE, [datetime(2023, 1, 5), *ROW[1:]]), "class.xlsx")


def test_workbook_without_its_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where openpyxl is not installed, the error says what to install, and what else would do."""
    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)
    with pytest.raises(ConfigError, match=r"pip install 'labproof\[class\]', or save it as CSV"):
        read(tmp_path, workbook(CHINESE, ROW), "class.xlsx")


def test_workbook_that_is_a_bomb(tmp_path: Path) -> None:
    """A small file that unpacks to more than any roster is refused before it is unpacked."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/workbook.xml", b" " * (200 << 20))
    with pytest.raises(ConfigError, match="unpacks to 200 MiB"):
        read(tmp_path, packed.getvalue(), "class.xlsx")
