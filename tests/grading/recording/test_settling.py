"""What is settled later changes what stands already: records, sentences and points."""

from pathlib import Path

import pytest

from labproof.grading import expectation, rubric, syllabus
from labproof.grading.conditions import Condition
from tests.grading.recording.driver import (
    BLOCKED,
    FAILED,
    OK,
    PASSED,
    UNDETERMINED,
    WRONG,
    Run,
    base,
    found,
    seeing,
    start,
)
from tests.tiny_course import Section, criterion, write

KUBELET = Condition("kubelet", seeing("silent"), expectation.equal("well"), "the kubelet stopped answering")


@pytest.fixture
def broken(run: Run) -> Run:
    """A run in which all rests on a kubelet that does not answer; next.d grades it."""
    run.rests_on = (KUBELET,)
    return run


def test_open_until_its_cause_was_looked_at(broken: Run) -> None:
    """Until the criterion that grades the condition was looked at, nothing is lost."""
    record = broken.scenario("base", "verify", base(WRONG))
    assert record.criteria[0].outcome is UNDETERMINED
    assert "next.d, where that is graded, was not looked at" in record.criteria[0].reason
    assert broken.recording.run.score.lost == 0


def test_settled_when_its_cause_is_known(broken: Run) -> None:
    """Then it is blocked by that one and says what broke: in its record, its sentence and the points."""
    broken.scenario("base", "verify", base(WRONG))
    broken.scenario("next", "verify", {"next.d": WRONG})
    assert broken.outcomes() == {"base.a": BLOCKED, "base.b": PASSED, "base.c": PASSED, "next.d": FAILED}
    record = found(broken, "base.a")
    assert (record.blocked_by, record.reason) == ("next.d", "the kubelet stopped answering (silent)")
    assert broken.recording.run.sections[0].scenarios[0].steps[1].outcome == BLOCKED
    assert (broken.recording.run.score.lost, broken.recording.run.score.blocked) == (50, 10)


def test_lost_when_nothing_graded_explains_it(broken: Run) -> None:
    """Where what grades the condition passed, the point is lost after all, and the words name the condition."""
    broken.scenario("base", "verify", base(WRONG))
    broken.scenario("next", "verify", {"next.d": OK})
    assert found(broken, "base.a").outcome is FAILED
    assert found(broken, "base.a").reason == "seen with it: the kubelet stopped answering (silent)"


def test_what_was_settled_otherwise_is_told_once(broken: Run) -> None:
    """Each criterion of an earlier scenario whose outcome has changed is told to whoever shows the run, and once."""
    broken.scenario("base", "verify", base(WRONG))
    assert broken.recording.verdicts.take_resettled() == ()
    broken.scenario("next", "verify", {"next.d": WRONG})
    assert [(c.id, c.outcome) for c in broken.recording.verdicts.take_resettled()] == [("base.a", BLOCKED)]
    assert broken.recording.verdicts.take_resettled() == ()


def test_nobody_asks_why_before_the_work(broken: Run) -> None:
    """What does not hold before the work needs no explanation, and is waited for afterwards."""
    asked: list[bool] = []
    look = Condition("kubelet", lambda: bool(asked.append(True)), expectation.equal(True), "it broke")
    broken.rests_on = (look,)
    worked: list[bool] = []
    probe = lambda: "ok" if worked else "wrong"  # noqa: E731
    broken.scenario("base", "perform", base(probe), lambda: worked.append(True))
    assert asked == []


@pytest.mark.parametrize(("use", "looks"), [("verify", 1), ("perform", 20)])
def test_only_work_makes_it_worth_waiting_again(broken: Run, use: str, looks: int) -> None:
    """What was seen broken in one scenario is not waited for in the next, unless work was done in between."""
    broken.scenario("base", "verify", base(WRONG))
    broken.scenario("next", use, {"next.d": WRONG})
    assert found(broken, "next.d").looks == looks


@pytest.mark.parametrize("order", [("one", "two", "end"), ("two", "end", "one"), ("end", "two", "one")])
def test_order_of_looking_settles_nothing(tmp_path: Path, order: tuple[str, ...]) -> None:
    """Of those that saw the same thing broken the first in the course is the cause, whichever was looked at first."""
    points = {"one": 50, "two": 30, "end": 20}
    sections = [
        Section(id, n, [criterion(f"{id}.x", points[id], **({"grades": ["kubelet"]} if id == "end" else {}))])
        for n, id in enumerate(points, 1)
    ]
    run = start(syllabus.load(rubric.load(write(tmp_path, *sections)), tmp_path / "features"), tmp_path)
    run.rests_on = (KUBELET,)
    for section in order:
        run.scenario(section, "perform", {f"{section}.x": OK if section == "end" else WRONG})
    run.log.close()
    assert run.outcomes() == {"one.x": FAILED, "two.x": BLOCKED, "end.x": PASSED}
    assert found(run, "two.x").blocked_by == "one.x"
