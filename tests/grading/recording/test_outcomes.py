"""What a criterion comes to when it is seen: passed, failed, or not for this lab."""

from pathlib import Path

from labproof.grading import rubric
from labproof.grading import syllabus as plan
from tests.grading.recording.driver import (
    FAILED,
    OK,
    PASSED,
    SKIPPED,
    UNDETERMINED,
    WRONG,
    Run,
    base,
    crash,
    found,
    start,
)
from tests.tiny_course import Section, criterion, write


def test_nothing_seen_is_undetermined(run: Run) -> None:
    """Before anything is looked at, nothing is known and nothing earned."""
    assert set(run.outcomes().values()) == {UNDETERMINED}
    assert run.recording.run.score.undetermined == 100


def test_right_state_passes(run: Run) -> None:
    """What is right passes, with its points, what was found and where."""
    record = run.scenario("base", "verify", base(OK))
    assert [c.outcome for c in record.criteria] == [PASSED] * 3
    assert run.recording.run.score.earned == 50
    assert (record.criteria[0].expected, record.criteria[0].found, record.criteria[0].where) == ("ok", "ok", "master")


def test_wrong_state_fails(run: Run) -> None:
    """What is wrong fails and says what helps."""
    run.scenario("base", "verify", base(OK, OK, WRONG))
    failed = found(run, "base.c")
    assert (failed.outcome, failed.found, failed.earned) == (FAILED, "wrong", 0)
    assert (failed.why, failed.hints, failed.try_this) == ("because", ("an idea", "a command"), "try it")


def test_all_criteria_are_judged_after_one_failed(run: Run) -> None:
    """A scenario judges all of its criteria, and its outcome is the worst."""
    record = run.scenario("base", "verify", base(WRONG, OK, OK))
    assert [s.outcome for s in record.steps] == ["not performed", FAILED, PASSED, PASSED]
    assert record.outcome is FAILED
    assert len(record.criteria) == 3


def test_what_a_lab_has_not_is_skipped(tmp_path: Path) -> None:
    """A criterion that does not apply in this lab is not looked at, says why, and is out of the total."""
    root = write(tmp_path, Section("base", 1, [criterion("base.a", 10), criterion("base.b", 90)]))
    (path,) = root.glob("*/exercise.toml")
    said = 'absent_in = { none = "there is no such thing here" }'
    path.write_text(path.read_text().replace('id = "base.a"', f'id = "base.a"\n{said}'))
    course = plan.load(rubric.load(root), tmp_path / "features")
    run = start(course, tmp_path)
    run.scenario("base", "perform", {"base.a": crash, "base.b": OK})
    run.log.close()
    assert run.outcomes() == {"base.a": SKIPPED, "base.b": PASSED}
    assert found(run, "base.a").reason == "there is no such thing here"
    assert run.recording.run.score.possible == 90
