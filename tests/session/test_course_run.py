"""What a session of the course knows of what it runs."""

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

from labproof.grading import rubric, syllabus
from labproof.grading.turns import Turn, halves
from labproof.session.chosen import Chosen
from labproof.session.course_run import CourseRun
from labproof.session.options import Options
from labproof.session.selection import select

PLAN = syllabus.load(rubric.load())


def session(turns: Iterable[Turn], use: str = "perform", **options: object) -> CourseRun:
    """Return a session that runs these turns."""
    config: Any = SimpleNamespace(getoption=lambda name, default: options.get(name, default))
    run = CourseRun(config, Options(), PLAN, select(PLAN.rubric, "perform", (), ""))
    run._chosen = {str(number): Chosen(turn, use) for number, turn in enumerate(turns)}
    return run


def test_course_in_two_turns_is_whole() -> None:
    """Nothing of an earlier run is taken over where all of the course is run, however it is divided."""
    divided = [turn for scenario in PLAN.scenarios for turn in halves(scenario)]
    assert len(divided) > len(PLAN.scenarios)
    assert not session(divided).is_partial
    assert not session(map(Turn, PLAN.scenarios)).is_partial


def test_session_is_partial() -> None:
    """A scenario less, work that is only verified, and a run that may stop leave something to an earlier one."""
    turns = [Turn(scenario) for scenario in PLAN.scenarios]
    assert session(turns[1:]).is_partial
    assert session(turns, use="verify").is_partial
    assert session(turns, maxfail=1).is_partial
