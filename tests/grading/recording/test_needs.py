"""One mistake costs once: what depends on it is blocked, and what depends on the unseen is undetermined."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labproof.grading.syllabus import Syllabus
from labproof.ground.errors import NoCluster, Refused, Unreachable
from tests.grading.recording.driver import (
    BLOCKED,
    FAILED,
    OK,
    PASSED,
    UNDETERMINED,
    WRONG,
    Probe,
    Run,
    base,
    crash,
    found,
    seeing,
    start,
)

PROBES = [OK, WRONG, crash, seeing(Unreachable("lost")), seeing(Refused("nobody listens"))]
FOUR_PROBES = st.lists(st.sampled_from(PROBES), min_size=4, max_size=4)


def test_one_mistake_costs_once(run: Run) -> None:
    """What fails because something else failed is blocked: the mistake is deducted once, at its root."""
    run.scenario("base", "verify", base(WRONG, WRONG, WRONG))
    run.scenario("next", "verify", {"next.d": seeing(NoCluster("no cluster"))})
    assert run.outcomes() == {"base.a": FAILED, "base.b": BLOCKED, "base.c": BLOCKED, "next.d": BLOCKED}
    assert [found(run, i).blocked_by for i in ("base.b", "base.c", "next.d")] == ["base.a"] * 3
    score = run.recording.run.score
    assert (score.lost, score.blocked) == (10, 90)


def test_right_in_spite_of_a_mistake_passes(run: Run) -> None:
    """What is right all the same is not blocked."""
    run.scenario("base", "verify", base(WRONG, OK, WRONG))
    assert run.outcomes()["base.b"] is PASSED
    assert run.outcomes()["base.c"] is FAILED


def test_wrong_after_blindness_is_undetermined(run: Run) -> None:
    """What is wrong, but depends on what could not be seen, is undetermined and names it."""
    run.scenario("base", "verify", base(seeing(Unreachable("lost")), WRONG, OK))
    record = found(run, "base.b")
    assert (record.outcome, record.reason) == (UNDETERMINED, "it depends on base.a, which could not be seen")
    assert run.outcomes()["base.c"] is PASSED


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FOUR_PROBES)
def test_points_always_add_up(course: Syllabus, tmp_path: Path, probes: list[Probe]) -> None:
    """Whatever is seen, all 100 points are accounted for, and a root that passed or was not seen blocks nothing."""
    run = start(course, tmp_path)
    run.scenario("base", "verify", base(*probes[:3]))
    assert run.recording.score == run.recording.run.score
    run.scenario("next", "verify", {"next.d": probes[3]})
    run.log.close()
    score = run.recording.run.score
    assert run.recording.score == score
    assert score.possible == 100
    for record in run.recording.run.criteria:
        assert (record.outcome is BLOCKED) == bool(record.blocked_by)
        if record.blocked_by:
            assert run.outcomes()[record.blocked_by] is FAILED


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FOUR_PROBES, st.integers(0, 3), st.sampled_from(["verify", "perform"]))
def test_better_never_earns_less(course: Syllabus, tmp_path: Path, probes: list[Probe], at: int, use: str) -> None:
    """One right state more earns its own points and takes none away, and nothing earns more than the rubric gives."""
    better = [OK if number == at else probe for number, probe in enumerate(probes)]
    earned = []
    for seen in (probes, better):
        run = start(course, tmp_path)
        run.scenario("base", use, base(*seen[:3]))
        run.scenario("next", use, {"next.d": seen[3]})
        run.log.close()
        earned.append({c.id: c.earned for c in run.recording.run.criteria})
    before, after = earned
    assert all(0 <= before[i] <= after[i] <= course.rubric.entries[i].points for i in before)
    improved = list(before)[at]
    assert after[improved] == course.rubric.entries[improved].points
