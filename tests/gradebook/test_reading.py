"""A class is read as its results say, each for its own student, and a score is passed on only when it is certain."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from labproof.gradebook import reading
from labproof.ground.errors import ConfigError
from labproof.records.model import INTERRUPTED, Mode, Outcome, RunRecord, Source
from labproof.records.store import RunFolder
from tests.gradebook import classes

FULL = classes.recorded("full")


def laid_out(folder: Path, students: list[dict[str, Any]], run: RunRecord = FULL, **more: Any) -> Path:
    """Write a class with this run for each student who has a folder inside the class's own."""
    (folder / "class.json").write_text(json.dumps(classes.listed(students, **more)), encoding="utf-8")
    for student in students:
        path = folder / student["run"]
        if student["run"] and path.resolve().is_relative_to(folder.resolve()):
            path.mkdir(parents=True)
            RunFolder(path).save(run)
    return folder


def test_results_are_read_for_their_own_student(tmp_path: Path) -> None:
    """Each student has the points of the own result, in the order of the roster."""
    folder = laid_out(tmp_path, [classes.student(2), classes.student(1)])
    (untouched,) = tmp_path.glob("00001/runs/*")
    RunFolder(untouched).save(replace(classes.recorded("untouched"), rubric=FULL.rubric))
    book = reading.load(folder)
    assert [(g.student.id, g.score.earned, g.is_final) for g in book.students] == [
        ("00002", 100, True),
        ("00001", 0, True),
    ]


def test_criteria_stand_in_the_order_of_the_course(tmp_path: Path) -> None:
    """The class has the criteria of its results, section by section."""
    book = reading.load(laid_out(tmp_path, [classes.student(1)]))
    assert [item.id for item in book.items] == [c.id for c in FULL.criteria]
    assert book.possible == 100


@pytest.mark.parametrize("text", ["{", "[]", "\x00", '{"schema": 1}'])
def test_broken_result_costs_nobody_else(tmp_path: Path, text: str) -> None:
    """A result that cannot be read withholds its own student's score, with the file; the others have theirs."""
    folder = laid_out(tmp_path, [classes.student(1), classes.student(2)])
    (broken,) = tmp_path.glob("00001/runs/*/result.json")
    broken.write_text(text, encoding="utf-8")
    one, other = reading.load(folder).students
    assert not one.marks
    assert str(broken) in one.withheld
    assert other.is_final


@pytest.mark.parametrize("run", ["../elsewhere", "/etc", "a/../../b", "link", "circle", "nul\x00"])
def test_run_outside_the_class_is_not_read(tmp_path: Path, run: str) -> None:
    """A run is looked for in the class's folder alone, whatever `class.json` or a link in the folder says."""
    (tmp_path / "elsewhere").mkdir()
    RunFolder(tmp_path / "elsewhere").save(FULL)
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path / "elsewhere")
    (folder / "circle").symlink_to(folder / "circle")
    laid_out(folder, [classes.student(1, run="")])
    (folder / "class.json").write_text(json.dumps(classes.listed([classes.student(1, run=run)])), encoding="utf-8")
    (graded,) = reading.load(folder).students
    assert not graded.marks
    assert "expected a folder inside" in graded.withheld


@pytest.mark.parametrize(
    ("run", "reason"),
    [
        (replace(FULL, ended=INTERRUPTED), "did not come to its end: interrupted"),
        (replace(FULL, rubric="sha256:other"), "another rubric"),
        (replace(FULL, mode=Mode.RESET), "a reset, which grades nobody"),
        (replace(FULL, sections=()), "nothing was graded"),
        (
            replace(FULL, mode=Mode.REGRADE, source=Source("r", Mode.VERIFY, "h", "r", "s", "f", "line 3 was changed")),
            "the evidence is broken: line 3 was changed",
        ),
        (
            classes.with_criteria(
                FULL, lambda c: replace(c, outcome=Outcome.UNDETERMINED) if c.id == "init.api" else c
            ),
            "points could not be seen",
        ),
    ],
    ids=["interrupted", "rubric", "reset", "nothing", "evidence", "undetermined"],
)
def test_uncertain_score_is_withheld(run: RunRecord, reason: str) -> None:
    """A score that is not whole, or not of this class's rubric, is not passed on, and the book says why."""
    (graded,) = classes.book([classes.student(1)], [run]).students
    assert reason in graded.withheld


@pytest.mark.parametrize("state", ["unreachable", "timeout", "broken", "waiting"])
def test_student_who_was_not_graded_has_no_score(state: str) -> None:
    """Where grading did not come to its end, even a whole result is withheld, with the class's own reason."""
    (graded,) = classes.book([classes.student(1, state=state, why="because")], [FULL]).students
    assert not graded.is_final
    assert graded.withheld.endswith("because")


def test_result_that_does_not_count_adds_no_criterion() -> None:
    """A criterion that only a withheld result has is no column of the class."""
    extra = classes.with_criteria(
        replace(FULL, rubric="sha256:other"), lambda c: replace(c, id="evil") if c.id == "init.api" else c
    )
    book = classes.book([classes.student(1), classes.student(2)], [extra, FULL])
    assert "evil" not in {item.id for item in book.items}


def test_what_one_lab_was_not_asked_counts_neither_way() -> None:
    """All of 99 points in a lab that could not be asked the hundredth are 100 of 100 for another system."""
    skipped = classes.with_criteria(
        FULL, lambda c: replace(c, outcome=Outcome.SKIPPED) if c.id == "base.key@master" else c
    )
    book = classes.book([classes.student(n) for n in range(3)], [FULL, skipped, FULL])
    assert book.students[1].score.possible == 99
    assert book.points(book.students[1]) == 100


def test_class_file_tells_every_problem(tmp_path: Path) -> None:
    """A wrong state and a wrong version are named together, with the file."""
    data = classes.listed([classes.student(1, state="lost")], schema=2)
    (tmp_path / "class.json").write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        reading.load(tmp_path)
    assert len(raised.value.problems) == 2
    assert all(str(tmp_path / "class.json") in problem for problem in raised.value.problems)


def test_folder_without_a_class_is_told(tmp_path: Path) -> None:
    """A folder without `class.json` is an error that names the file."""
    with pytest.raises(ConfigError, match=r"class\.json"):
        reading.load(tmp_path)


def test_id_that_is_there_twice_is_told(tmp_path: Path) -> None:
    """Two students with one id, or with ids that some computers take for one, would have each other's files."""
    students = [classes.student(1, id="ab"), classes.student(2, id="AB"), classes.student(3)]
    with pytest.raises(ConfigError, match="found 'ab' twice") as raised:
        reading.load(laid_out(tmp_path, students))
    assert len(raised.value.problems) == 2
