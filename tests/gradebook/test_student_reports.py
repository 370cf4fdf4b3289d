"""Each student's two reports: from one result, each for its reader, bounded, and made anew only when they must be."""

import gc
import json
import weakref
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from labproof.gradebook import exchanges, instructor_report, reading, student_reports, writing
from labproof.gradebook.book import Book
from labproof.gradebook.decisions import NAME
from labproof.gradebook.instructor_report import Questions
from labproof.ground import language
from labproof.ground.errors import ConfigError
from labproof.records import result
from labproof.records.evidence import read
from labproof.records.model import Exchange, RunRecord
from labproof.showing.scripts import script
from tests.golden import samples
from tests.gradebook import classes
from tests.gradebook.test_page import Page
from tests.gradebook.test_reading import laid_out

LARGEST = 1_500_000
FULL = classes.recorded("full")
EVIDENCE = classes.RECORDINGS / "full" / "evidence.jsonl"
DECIDED = """
[[override]]
student = "00001"
criterion = "docker.file@master"
points = 0.5
reason = "<b>half</b> of it"
author = "Instructor 1"
date = 2026-11-25
"""


def made(folder: Path, text: str = "") -> tuple[Path, Book]:
    """Write a class of one student with a finished lab, and its reports; return the student's folder and the book."""
    laid_out(folder, [classes.student(1, name="<i>Student</i>", questions=["why so fast?"], history=[classes.OURS])])
    (run,) = folder.glob("00001/runs/*")
    (run / "evidence.jsonl").write_bytes(EVIDENCE.read_bytes())
    if text:
        (folder / NAME).write_text(text)
    book = reading.load(folder, classes.DAY)
    student_reports.write(book, folder)
    return folder / "00001", book


def test_both_reports_are_of_one_result(tmp_path: Path) -> None:
    """The instructor reads every question, what to ask and what was decided; the student the own report with that."""
    folder, book = made(tmp_path, DECIDED)
    instructors, students = (Page((folder / name).read_text()) for name in ("instructor.html", "report.html"))
    (graded,) = book.students
    for page in (instructors, students):
        assert page.open == []
        assert str(graded.rulings[0].reason) in page.text
        assert "99.5 of 100" in page.text
    assert {f"criterion-{id_}" for id_ in graded.marks} <= set(instructors.values("id"))
    assert {f"question-{e.number}" for e in read(EVIDENCE)} <= set(instructors.values("id"))
    assert "why so fast?" in instructors.text
    assert "why so fast?" not in students.text
    assert graded.lab is not None
    assert graded.lab.machines["master"]["machine-id"] in instructors.text


def test_times_that_add_up_to_no_time_stop_nobody(tmp_path: Path) -> None:
    """Evidence whose times are larger than any number makes a report as any other does."""
    folder, book = made(tmp_path)
    (run,) = folder.glob("runs/*")
    entries = [json.loads(line) | {"seconds": 1e308} for line in (run / "evidence.jsonl").read_text().splitlines()]
    (run / "evidence.jsonl").write_text("".join(f"{json.dumps(entry)}\n" for entry in entries))
    (run / "result.json").write_text((run / "result.json").read_text() + "\n")
    found = student_reports.write(book, tmp_path)
    assert (found.written, found.left_out) == (2, ())
    assert f"question-{len(entries)}" in Page((folder / "instructor.html").read_text()).values("id")


def test_trouble_of_one_report_is_no_other_ones(tmp_path: Path) -> None:
    """Whatever a report of one student breaks on, it is left out and told, and those of the others are written."""
    folder, book = made(tmp_path)
    (good,) = book.students
    bad = replace(good, student=good.student.model_copy(update={"id": "00002", "run": "no\x00path"}))
    (folder / "report.html").unlink(missing_ok=True)
    (folder / "instructor.html").unlink()
    found = student_reports.write(replace(book, students=(bad, good)), tmp_path)
    assert (folder / "instructor.html").is_file()
    (said,) = found.left_out
    assert said.startswith("reports of '00002': an error of Labproof itself: ")


def test_instructors_page_loads_nothing(tmp_path: Path) -> None:
    """It has our script alone and no address of its own; each link leads into it, to the class or the other report."""
    page = Page((made(tmp_path)[0] / "instructor.html").read_text())
    assert page.scripts == [script("language", "times").text]
    assert page.values("content")[0].startswith("default-src 'none'; style-src")
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    links = {link for link in page.values("href") if not (link.startswith("#") and link[1:] in ids)}
    assert links == {"../index.html", "report.html"}


def test_reports_are_made_anew_only_when_they_must_be(tmp_path: Path) -> None:
    """Written again nothing is made; a decision makes both anew, a question the instructor's alone."""
    _, book = made(tmp_path)
    assert student_reports.write(book, tmp_path).written == 0
    (tmp_path / NAME).write_text(DECIDED)
    assert student_reports.write(reading.load(tmp_path, classes.DAY), tmp_path).written == 2
    listed = json.loads((tmp_path / "class.json").read_text())
    listed["students"][0]["questions"].append("who helped?")
    (tmp_path / "class.json").write_text(json.dumps(listed))
    assert student_reports.write(reading.load(tmp_path, classes.DAY), tmp_path).written == 1


def test_result_that_is_gone_takes_its_reports_along(tmp_path: Path) -> None:
    """No report is left of a result that can be read no more."""
    folder, _ = made(tmp_path)
    next(folder.glob("runs/*/result.json")).write_text("{")
    student_reports.write(reading.load(tmp_path), tmp_path)
    assert [path.name for path in folder.iterdir()] == ["runs"]


def test_unreadable_evidence_is_told(tmp_path: Path) -> None:
    """Where the evidence cannot be read the instructor's report says so, and all else is there."""
    laid_out(tmp_path, [classes.student(1)])
    assert student_reports.write(reading.load(tmp_path), tmp_path).left_out == ()
    assert "The evidence could not be read" in (tmp_path / "00001" / "instructor.html").read_text()


@pytest.fixture(params=["one process", "every CPU"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How the reports of few students are written, and those of many."""
    monkeypatch.setattr(student_reports, "MANY", 3 if request.param == "one process" else 1)
    return str(request.param)


def test_every_cpu_writes_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reports of many students, written side by side, are those that one process writes, in the same language."""
    laid_out(tmp_path, [classes.student(n) for n in range(1, 4)])
    pages = {}
    for many in (4, 3):
        monkeypatch.setattr(student_reports, "MANY", many)
        with language.spoken("zh"):
            assert student_reports.write(reading.load(tmp_path, classes.DAY), tmp_path).written == 6
        files = sorted(tmp_path.glob("*/*.html"))
        pages[many] = [path.read_bytes() for path in files]
        for path in files:
            path.unlink()
    assert pages[3] == pages[4]
    assert len(pages[4]) == 6
    assert all(b'<html lang="zh">' in page for page in pages[4])


def test_nothing_of_a_student_stays_with_who_writes_for_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that writes the reports of many holds no result but the one at work, whatever refers to it."""
    _, book = made(tmp_path)
    (graded,) = book.students
    kept: list[weakref.ref[RunRecord]] = []
    load = result.load

    def loaded(path: Path) -> RunRecord:
        kept.append(weakref.ref(run := load(path)))
        return run

    monkeypatch.setattr(student_reports.result, "load", loaded)
    tell = partial(student_reports._told, folder=tmp_path, spoken="en")
    gc.disable()
    try:
        for task, stays in ((tell, True), (partial(student_reports._told_apart, tell), False)):
            (tmp_path / "00001" / "instructor.html").unlink()
            assert task(graded, ()) == (1, "")
            # pytest would write down the whole result of a comparison that fails.
            is_there = kept[-1]() is not None
            assert is_there is stays
    finally:
        gc.enable()


def test_run_that_vanishes_costs_nobody_else(tmp_path: Path, way: str) -> None:
    """A result that is gone when its reports are written is named, and the others have theirs."""
    laid_out(tmp_path, [classes.student(1), classes.student(2)])
    book = reading.load(tmp_path)
    next(tmp_path.glob("00001/runs/*/result.json")).unlink()
    found = student_reports.write(book, tmp_path)
    assert (found.written, len(found.left_out)) == (2, 1)
    assert "reports of '00001'" in found.left_out[0]


def test_folder_that_cannot_be_written_is_told(tmp_path: Path, way: str) -> None:
    """A file in the place of a student's folder is a problem with its name and the fix."""
    _, book = made(tmp_path)
    moved = replace(book.students[0], student=book.students[0].student.model_copy(update={"id": "00002"}))
    (tmp_path / "00002").write_text("")
    with pytest.raises(ConfigError, match=r"00002.*cannot be written"):
        student_reports.write(replace(book, students=(moved,)), tmp_path)


@pytest.mark.parametrize("text", ["\x00", "<&>", "学", '"', "x"])
@pytest.mark.parametrize("count", [30, 4000])
def test_page_is_bounded_whatever_was_answered(text: str, count: int) -> None:
    """Endless output, in whatever characters, leaves a page of at most 1.5 MB with the first and the last question."""
    asked = [
        Exchange(n, "master", "command", text * 3000, "observe", "2026-11-25", 0.1, 0, text * 60_000, text * 9000)
        for n in range(1, count + 1)
    ]
    (graded,) = classes.book([classes.student(1)], [FULL]).students
    page = instructor_report.render(graded, FULL, Questions(asked))
    assert len(page.encode()) < LARGEST
    assert 'id="question-1"' in page
    assert f'id="question-{count}"' in page


def test_hostile_answers_are_text() -> None:
    """What a lab answers is neither markup nor invisible, and a secret in it is masked once more."""
    (graded,) = classes.book([classes.student(1)], [samples.HOSTILE], rubric="").students
    secret = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzeXN0ZW0ifQ.c2lnbmF0dXJlLW9mLWl0"
    asked = [
        Exchange(1, "<m>", "command", samples.EVIL, samples.EVIL, samples.EVIL, 0, None, secret, samples.EVIL, "<p>")
    ]
    page = Page(instructor_report.render(graded, samples.HOSTILE, Questions(asked)))
    assert page.open == []
    assert page.scripts == [script("language", "times").text]
    assert not [tag for tag, attrs in page.tags if attrs.get("src")]
    assert secret not in page.source
    assert "masked-" in page.text
    assert "\x1b" not in page.source


def test_criterion_that_rests_on_many_questions_links_to_some() -> None:
    """A dozen links are enough; that there are more is told. A criterion's id is text, whatever it is."""
    asked = [Exchange(n, "m", "command", "ask", "observe", "", 0, 0) for n in range(1, 15)]
    criterion = next(FULL.criteria)
    told = instructor_report._links([e.number for e in asked])
    assert told.count("<a ") == instructor_report.LINKS
    assert told.endswith("#12</a>…")
    assert not instructor_report._links([e.number for e in asked[:12]]).endswith("…")
    page = exchanges.folded(asked, {1: [criterion.id], 2: ["<b>x</b>"]}).html
    assert f'<a href="#criterion-{criterion.id}">{criterion.id}</a>' in page
    assert "<b>" not in page


def test_answers_share_the_room_fairly() -> None:
    """One answer that is huge takes no room from short ones: these are shown whole."""
    asked = [
        Exchange(n, "m", "command", "ask", "observe", "", 0, 0, "x" * 10**6 if n == 1 else f"answer {n} is whole")
        for n in range(1, 20)
    ]
    told = exchanges.folded(asked, {}).html
    assert all(f"answer {n} is whole" in told for n in range(2, 20))
    assert "characters are left out here" in told


@pytest.mark.parametrize("id_", ["../../x", ".hidden", "/etc/x", "a/b", "..", "~x", "x.", "con%2f", "a" * 300])
def test_folder_is_below_that_of_the_class(id_: str) -> None:
    """Whatever an id is, its folder is one below that of the class, and not hidden."""
    (graded,) = classes.book([classes.student(1, id=id_)], [FULL]).students
    name = student_reports.folder_of(graded.student)
    assert name
    assert not set(name) & set("/\\")
    assert name[0] not in ".~"
    assert name.encode()


def test_folder_of_a_roster_is_kept() -> None:
    """An id that a roster allows names the very folder in which its runs lie."""
    for id_ in ("0012345", "学生1", "a.b", "x y", "s-1_2"):
        (graded,) = classes.book([classes.student(1, id=id_)], [FULL]).students
        assert student_reports.folder_of(graded.student) == id_


def test_class_is_written_beside_its_reports(tmp_path: Path) -> None:
    """Every cell of the class's page leads to a report that is there, at a criterion that it has."""
    folder, book = made(tmp_path)
    writing.write(book, tmp_path)
    links = [link for link in Page((tmp_path / "index.html").read_text()).values("href") if link.startswith("./")]
    ids = set(Page((folder / "instructor.html").read_text()).values("id"))
    assert links
    for link in links:
        path, _, place = link.partition("#")
        assert (tmp_path / path).is_file()
        assert not place or place in ids
