"""What is told of a whole class: worked out by hand here, on classes that are small enough for that."""

import math
from dataclasses import replace
from fractions import Fraction

import pytest

from labproof.gradebook.book import Book
from labproof.gradebook.distribution import distribution
from labproof.gradebook.item_analysis import FEW, ItemAnalysis, analyse
from labproof.gradebook.lessons import lessons, together
from labproof.gradebook.shared_identity import shared
from labproof.records.model import CriterionRecord, LabDescription, Mode, Outcome, RunRecord, ScenarioRecord
from labproof.records.model import SectionRecord as Section
from tests.gradebook import classes

OUTCOMES = {
    "p": Outcome.PASSED,
    "f": Outcome.FAILED,
    "b": Outcome.BLOCKED,
    "u": Outcome.UNDETERMINED,
    "s": Outcome.SKIPPED,
}


def run(marks: str, lab: LabDescription | None = None) -> RunRecord:
    """Return a run with a criterion for each letter: c1, c2...; one that is blocked is so by the one before."""
    criteria = tuple(
        CriterionRecord(f"c{n}", f"fact {n}", Fraction(1), OUTCOMES[m], blocked_by=f"c{n - 1}" if m == "b" else "")
        for n, m in enumerate(marks, 1)
    )
    section = Section("s", {"en": "S"}, "1", (ScenarioRecord("S", "verify", criteria=criteria),))
    lab = lab or LabDescription("rehearsal", "lxc")
    return RunRecord("r", Mode.VERIFY, "2026-01-01T00:00:00+00:00", lab, "x", (section,), ended="finished")


def a_class(*marks: str) -> Book:
    """Return a class of a student for each text of marks."""
    return classes.book([classes.student(n) for n in range(len(marks))], [run(m) for m in marks], rubric="")


def test_difficulty_counts_those_who_were_judged() -> None:
    """p is the share of those judged, blocked ones among them; undetermined and skipped are in no count of it."""
    item = analyse(a_class("pp", "pf", "fb", "pu", "ps"))[1]
    assert (item.passed, item.failed, item.blocked, item.unjudged) == (1, 1, 1, 2)
    assert item.n == 3
    assert item.difficulty == pytest.approx(1 / 3)
    assert item.difficulty_reached == pytest.approx(1 / 2)


def test_discrimination_is_the_point_biserial_with_the_rest() -> None:
    """The textbook's formula, (M1 - M0) / s * sqrt(p q), on the rest score without the item, gives the same."""
    book = a_class(*["pppp", "pppf", "ppff", "pfff", "ffff"] * 3)
    rest = {"p": [1, 2 / 3, 1 / 3, 0] * 3, "f": [0.0] * 3}
    everyone = rest["p"] + rest["f"]
    mean = sum(everyone) / 15
    deviation = math.sqrt(sum((x - mean) ** 2 for x in everyone) / 15)
    expected = (sum(rest["p"]) / 12 - 0) / deviation * math.sqrt(0.8 * 0.2)
    assert analyse(book)[0].discrimination == pytest.approx(expected)


def test_discrimination_needs_students_and_a_difference() -> None:
    """With few students, or where all fared alike, there is none; with some, it is marked as uncertain."""
    few = a_class(*["pp", "ff"] * (FEW // 2 - 1))
    alike = a_class(*["pp", "pf"] * 10)
    assert analyse(few)[0].discrimination is None
    assert analyse(alike)[0].discrimination is None
    assert analyse(a_class(*["pp", "ff"] * 10))[0].is_uncertain
    assert not analyse(a_class(*["pp", "ff"] * 15))[0].is_uncertain


def test_what_was_not_seen_takes_nothing_from_a_rest_score() -> None:
    """A student whose other points were half unseen, and else earned, counts as a strong one."""
    seen: ItemAnalysis = analyse(a_class(*["ppp", "fff"] * 10))[0]
    unseen = analyse(a_class(*["ppu", "fff"] * 10))[0]
    assert seen.discrimination == unseen.discrimination == pytest.approx(1)
    partly = analyse(a_class(*["ppp", "ppu", "fff", "fuf"] * 5))[0]
    assert partly.discrimination == pytest.approx(1)


def test_nobody_and_everybody() -> None:
    """A class without a single result has no criteria, and one that nobody was judged on has no difficulty."""
    assert analyse(classes.book([classes.student(1, state="waiting")], [""])) == ()
    assert analyse(a_class("u", "s"))[0].difficulty is None


def test_distribution() -> None:
    """Every score is in one bin, full marks in the last; the measures are those of the class."""
    spread = distribution([Fraction(0), Fraction(1, 2), Fraction(1), Fraction(1)])
    assert [b.count for b in spread.bins] == [1, 0, 0, 0, 0, 1, 0, 0, 0, 2]
    assert (spread.n, spread.mean, spread.median, spread.quartiles) == (4, 62.5, 75.0, (37.5, 100.0))


@pytest.mark.parametrize("count", [0, 1])
def test_distribution_of_hardly_anybody(count: int) -> None:
    """One score has a mean and no spread, no score has neither."""
    spread = distribution([Fraction(1, 2)] * count)
    assert (spread.mean, spread.deviation) == ((50.0, None) if count else (None, None))


def test_lesson_costs_what_it_blocked() -> None:
    """A failure is charged with the whole chain of points that it blocked, and the costliest stands first."""
    first, second = lessons(a_class("pfbb", "ffpp", "fppp"))
    assert (first.item.id, len(first.students), first.lost, first.blocked) == ("c2", 2, 2, 2)
    assert (second.item.id, len(second.students), second.cost) == ("c1", 2, 2)


def test_blocked_in_a_circle_comes_to_an_end() -> None:
    """A result in which two criteria block one another, as no run of ours writes it, hangs nobody."""
    circle = classes.with_criteria(run("bb"), lambda c: replace(c, blocked_by="c2" if c.id == "c1" else "c1"))
    assert lessons(classes.book([classes.student(1)], [circle], rubric="")) == ()


def test_failures_that_come_together() -> None:
    """Two criteria that the same students fail are told with phi; what blocks a third says nothing of it."""
    pairs = together(a_class(*["ffb"] * 4, *["ppp"] * 4, "fpp", "pfp"))
    (pair,) = pairs
    assert (pair.one.id, pair.other.id, pair.both, pair.n) == ("c1", "c2", 4, 10)
    assert pair.phi == pytest.approx((4 * 4 - 1 * 1) / 25)


def test_two_students_are_a_coincidence() -> None:
    """What two students alone fail together is not told."""
    assert together(a_class("ff", "ff", "pp", "pp", "pp")) == ()


def test_shared_identity_is_told_once_for_each_group() -> None:
    """Students who share machines and cluster are one group with all that they share, whatever the roles."""
    one = LabDescription("p", "x", machines={"master": {"machine-id": "a"}}, cluster={"authority": "k"})
    other = LabDescription("p", "x", machines={"node": {"machine-id": "a"}}, cluster={"authority": "k"})
    alone = LabDescription("p", "x", machines={"master": {"machine-id": "b"}, "node": {"machine-id": "b"}})
    runs: list[RunRecord | str] = [run("p", lab) for lab in (one, alone, other)]
    (found,) = shared(classes.book([classes.student(n) for n in range(3)], runs, rubric=""))
    assert [g.student.id for g in found.students] == ["00000", "00002"]
    assert found.things == (("a machine's id", "a"), ("the cluster's authority", "k"))
