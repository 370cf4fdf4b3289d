"""The exports: golden files, each read again by a parser that is not ours, and nothing in them that does harm.

To write the golden files anew: LABPROOF_GOLDEN=write pytest tests/gradebook
"""

import csv
import io
import json
import os
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labproof.gradebook import interchange, junit, tables, writing
from labproof.gradebook.book import Book
from labproof.gradebook.cells import harmless, plain
from tests.gradebook import classes

GOLDEN = Path(__file__).parent / "golden"
FILES = (
    "index.html",
    "exports/gradebook.csv",
    "exports/criteria.csv",
    "exports/canvas.csv",
    "exports/moodle.csv",
    "exports/nbgrader.csv",
    "exports/junit.xml",
    "exports/gradescope/00007.json",
)
CSVS = tuple(name for name in FILES if name.endswith(".csv"))
SMALL = classes.small()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the class of hostile names once."""
    path = tmp_path_factory.mktemp("class")
    writing.write(SMALL, path)
    return path


def rows(path: Path) -> list[list[str]]:
    """Return a CSV as Python's own reader has it, which takes a byte order mark off as Excel does."""
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def table(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV by the header's names."""
    header, *rest = rows(path)
    return [dict(zip(header, row, strict=True)) for row in rest]


@pytest.mark.parametrize("name", FILES)
def test_golden_file(name: str, tmp_path: Path) -> None:
    """Each file of a class with every outcome is, byte for byte, the one that was looked at and found good."""
    writing.write(classes.tiny(), tmp_path)
    found, golden = (tmp_path / name).read_bytes(), GOLDEN / Path(name).name
    if os.environ.get("LABPROOF_GOLDEN") == "write":
        golden.parent.mkdir(exist_ok=True)
        golden.write_bytes(found)
    assert found == golden.read_bytes()


def test_gradebook_opens_right_in_excel(folder: Path) -> None:
    """It begins with a byte order mark, ends its lines as Excel does, and keeps Chinese names."""
    data = (folder / "exports/gradebook.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.endswith(b"\r\n")
    assert "王小明" in {row["name"] for row in table(folder / "exports/gradebook.csv")}


def test_gradebook_has_every_student_and_every_point(folder: Path) -> None:
    """Each student is a row whose criteria add up to the sections, and the sections to the points."""
    found = table(folder / "exports/gradebook.csv")
    assert [row["id"] for row in found] == [g.student.id for g in SMALL.students]
    for row, graded in zip(found, SMALL.students, strict=True):
        if not graded.marks:
            assert (row["points"], row["base.key@master"]) == ("", "")
            continue
        points = float(graded.score.earned)
        assert float(row["points"]) == points
        assert sum(float(row[name]) for name in SMALL.titles) == pytest.approx(points)
        assert sum(float(row[item.id] or 0) for item in SMALL.items) == pytest.approx(points)


def test_what_was_not_seen_is_no_zero(folder: Path) -> None:
    """A criterion that was not seen is empty in the gradebook, where a failed one is 0."""
    unseen = table(folder / "exports/gradebook.csv")[3]
    assert unseen["kuboard.image"] == ""
    assert unseen["not final because"]


@pytest.mark.parametrize("name", CSVS)
def test_no_cell_is_a_formula(name: str, folder: Path) -> None:
    """No text of any CSV begins as a formula does, also after white space; numbers are numbers."""
    for row in rows(folder / name):
        for cell in row:
            is_number = re.fullmatch(r"-?\d+(\.\d+)?", cell)
            assert is_number or not cell.lstrip().startswith(("=", "+", "-", "@", "\t", "\r", "\uff1d")), cell


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_no_cell_is_a_formula_where_commas_part_none(delimiter: str) -> None:
    """Nor does any where a spreadsheet looks for other delimiters, as Excel in Germany does."""
    names = ("a;=1+1", 'a;"=1+1"', "a\t=1", "a\n=1+1", 'a\n"=1+1', "a; @x", ';=1;"";-1', 'x;""=1')
    made = tables.as_csv([(name, "0") for name in names], bom=False)
    cells = [cell for row in csv.reader(io.StringIO(made, newline=""), delimiter=delimiter) for cell in row]
    assert not [cell for cell in cells if cell.lstrip(' \t"').startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize(
    ("course", "title"),
    [
        ("Kubernetes (2026)", "Kubernetes [2026]"),
        ("Kubernetes (2026", "Kubernetes (2026"),
        ("Final Grade and Current Score", "Final-Grade and Current-Score"),
        ("The Final Lab", "The Final Lab"),
        ("", "Labproof (100 points)"),
    ],
)
def test_canvas_takes_no_title_for_something_else(course: str, title: str) -> None:
    """A title is never the number of another assignment, nor a column that Canvas leaves out."""
    book = classes.book([classes.student(7)], [classes.recorded("full")], course=course)
    assert interchange.canvas(book)[0][-1] == title


@pytest.mark.parametrize("name", CSVS)
def test_every_row_is_whole(name: str, folder: Path) -> None:
    """Commas, quotes, semicolons and line ends in names move no cell."""
    assert len({len(row) for row in rows(folder / name)}) == 1


def test_names_survive(folder: Path) -> None:
    """A name comes back as it was, but for the apostrophe before a formula and what no file can hold."""
    found = [row["name"] for row in table(folder / "exports/gradebook.csv")]
    expected = [harmless(g.student.name) for g in SMALL.students]
    assert found == expected
    assert 'Comma, "Quote"; Semicolon' in found
    assert "two\nlines" in found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("=1", "'=1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@a", "'@a"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\\r=1"),
        ("  =1", "'  =1"),
        ("\uff1d1", "'\uff1d1"),
        ("a=1", "a=1"),
        ("O'Neil", "O'Neil"),
        ("a;=1", "a;'=1"),
        ('a; "=1"; -2', "a; \"'=1\"; '-2"),
        ("a\n=1", "a\n'=1"),
        ("a, =1; b - 2", "a, =1; b - 2"),
        ("", ""),
        ("王\u200d小", "王\u200d小"),
        ("a\x00\udcff\uffff", "a\\x00\\udcff\\uffff"),
    ],
)
def test_harmless(text: str, expected: str) -> None:
    """Only what begins a formula gets an apostrophe, and only what no file can hold is replaced."""
    assert harmless(text) == expected


@settings(max_examples=40, deadline=None)
@given(name=st.text(st.characters(), max_size=40), why=st.text(st.characters(), max_size=40))
def test_no_text_breaks_a_file(name: str, why: str) -> None:
    """Whatever a name or a reason is, CSV, XML, XLSX and JSON are read again by others, and hold no formula."""
    book = classes.book([classes.student(1, name=name, why=why, state="broken", questions=[why])], [""])
    header, row = csv.reader(io.StringIO(tables.as_csv(tables.gradebook(book), bom=False), newline=""))
    assert len(header) == len(row)
    assert row[header.index("name")] == harmless(name)
    ET.fromstring(junit.as_xml(book))
    workbook = openpyxl.load_workbook(io.BytesIO(tables.as_xlsx({"Gradebook": tables.gradebook(book)})))
    assert {cell.data_type for cells in workbook["Gradebook"].iter_rows() for cell in cells} <= {"s", "n"}
    tables.as_csv(interchange.nbgrader(book)).encode("utf-8")


def test_workbook_says_the_same_and_has_no_formula(folder: Path) -> None:
    """openpyxl reads the same values as the CSV has; ids keep their zeros; a text is a text, a number a number."""
    workbook = openpyxl.load_workbook(folder / "exports/gradebook.xlsx")
    sheet = workbook["Gradebook"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    header = [cell.value for cell in sheet[1]]
    assert header == rows(folder / "exports/gradebook.csv")[0]
    for number, graded in enumerate(SMALL.students, 2):
        row = dict(zip(header, (cell.value for cell in sheet[number]), strict=True))
        assert row["id"] == graded.student.id
        assert (row["name"] or "") == plain(graded.student.name)
        assert row["points"] == (float(graded.score.earned) if graded.marks else None)
    assert workbook["Criteria"].max_row == len(SMALL.items) + 1


def test_other_systems_get_final_scores_only(folder: Path) -> None:
    """A score that is not final is in no import: there it would overwrite one, and a blank might remove it."""
    final = [g.student.id for g in SMALL.final]
    assert 0 < len(final) < len(SMALL.students)
    exports = folder / "exports"
    assert [row["SIS User ID"] for row in table(exports / "canvas.csv")[1:]] == final
    assert [row["ID number"] for row in table(exports / "moodle.csv")] == final
    assert sorted(path.stem for path in (exports / "gradescope").glob("*.json")) == final
    assert [row["student_id"] for row in table(exports / "nbgrader.csv") if row["score"]] == final


def test_canvas_takes_no_student_for_the_assignment(folder: Path) -> None:
    """Canvas looks for "Points Possible" anywhere in the first cell, and a student may be called that."""
    found = table(folder / "exports/canvas.csv")
    assert ["Points Possible" in row["Student"] for row in found].count(True) == 1
    assert found[0][list(found[0])[-1]] == "100"
    assert list(found[0])[:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]


def test_gradescope_adds_up(folder: Path) -> None:
    """The tests of each results.json add up to its score, and every status is one that Gradescope knows."""
    for graded in SMALL.final:
        data = json.loads((folder / f"exports/gradescope/{graded.student.id}.json").read_text(encoding="utf-8"))
        scored = [test for test in data["tests"] if "score" in test]
        assert sum(test["score"] for test in scored) == pytest.approx(data["score"])
        assert {test["status"] for test in scored} <= {"passed", "failed"}
        assert {test.get("name_format", data["test_name_format"]) for test in data["tests"]} == {"text"}


def test_gradescope_forgets_what_is_final_no_more(tmp_path: Path) -> None:
    """A results.json of before, whose student's score is withheld now, is removed."""
    full = classes.recorded("full")
    writing.write(classes.book([classes.student(1)], [full]), tmp_path)
    writing.write(classes.book([classes.student(1, state="broken")], [full]), tmp_path)
    assert list((tmp_path / "exports/gradescope").glob("*")) == []


def test_id_is_no_way_out_of_the_folder(tmp_path: Path) -> None:
    """Whatever an id is, its file lies in the folder and is not hidden."""
    full = classes.recorded("full")
    ids = ("../../x", ".hidden", "/etc/x", "a/b", "..", "王")
    book = classes.book([classes.student(n, id=id_) for n, id_ in enumerate(ids)], [full] * len(ids))
    written = writing.write(book, tmp_path).files
    found = [path for path in written if path.suffix == ".json"]
    assert len(set(found)) == len(ids)
    assert {path.parent for path in found} == {tmp_path / "exports/gradescope"}
    assert not [path for path in found if path.name.startswith(".")]


def test_junit_counts_one_mistake_once(folder: Path) -> None:
    """Failed is a failure, blocked is skipped, unseen is an error; the counts of each suite are those of its cases."""
    suites = ET.parse(folder / "exports/junit.xml").getroot().findall("testsuite")
    assert [s.get("name") for s in suites] == [g.student.id for g in SMALL.students]
    for suite, graded in zip(suites, SMALL.students, strict=True):
        for attribute, element in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.get(attribute, "")) == len(suite.findall(f"testcase/{element}"))
        assert int(suite.get("tests", "")) == (len(graded.marks) or 1)
        assert int(suite.get("failures", "")) == [m.outcome for m in graded.marks.values()].count("failed")
        if not graded.is_final:
            assert int(suite.get("errors", "")) > 0


def test_without_openpyxl_all_else_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where openpyxl is not installed, the workbook is left out and named, and no old one stays beside new tables."""
    book: Book = classes.book([classes.student(1)], [classes.recorded("full")])
    writing.write(book, tmp_path)
    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)
    written = writing.write(book, tmp_path)
    assert "pip install openpyxl" in written.left_out[0]
    assert not (tmp_path / "exports/gradebook.xlsx").exists()
    assert (tmp_path / "exports/gradebook.csv").exists()
