"""A When that leaves nothing behind: it is done whatever holds, and says nothing of who made what."""

from pathlib import Path

from labproof.grading import rubric
from labproof.grading import syllabus as plan
from labproof.grading.syllabus import Syllabus
from labproof.records.model import Authorship, StepOutcome
from labproof.session.performing import Runner
from tests.grading.recording.driver import OK, start
from tests.tiny_course import Section, criterion, write

FEATURE = """Feature: one
  Scenario: somebody logs in
    When somebody logs in
    Then base.a holds
"""


def course(root: Path, visits: str) -> Syllabus:
    section = Section("base", 1, [criterion("base.a", 100)], more=f'visits = ["{visits}"]', feature=FEATURE)
    return plan.load(rubric.load(write(root, section)), root / "features")


def test_visit_is_done_though_all_of_it_holds(tmp_path: Path) -> None:
    """A visit passes with how it was done beside it, and what holds already stays what was found."""
    loaded = course(tmp_path, "somebody logs in")
    assert loaded.problems() == []
    assert loaded.scenarios[0].whens == ()
    run = start(loaded, tmp_path)
    recording = run.recording
    runner = Runner(lambda: recording.is_done_already, recording.acting, recording.visiting, recording.remark)
    record = run.scenario("base", "perform", {"base.a": OK}, lambda: runner.visit(lambda: "done in a browser"))
    run.log.close()
    (visit,) = (step for step in record.steps if step.text == "somebody logs in")
    assert (visit.outcome, visit.note) == (StepOutcome.PASSED, "done in a browser")
    assert record.criteria[0].authorship is Authorship.FOUND


def test_students_visit_is_not_made(tmp_path: Path) -> None:
    """Where a student's work is graded, the visit is told as not performed."""
    run = start(course(tmp_path, "somebody logs in"), tmp_path)
    record = run.scenario("base", "verify", {"base.a": OK})
    run.log.close()
    assert [s.outcome for s in record.steps if s.keyword == "When"] == [StepOutcome.NOT_PERFORMED]


def test_unknown_visit_is_a_problem_of_the_course(tmp_path: Path) -> None:
    """A visit that no When says is told with its file."""
    (problem,) = course(tmp_path, "somebody walks in").problems()
    assert "no When of 01_base.feature says 'somebody walks in'" in problem
