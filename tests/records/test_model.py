"""Outcomes, scores and records."""

from dataclasses import fields, replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labproof.records.model import CriterionRecord, Outcome, ScenarioRecord, Score, SectionRecord, number, score
from tests.golden import samples

POINTS = st.fractions(0, 20, max_denominator=100)
OUTCOMES = st.sampled_from(Outcome)
CRITERIA = st.lists(st.builds(CriterionRecord, id=st.text(), text=st.text(), points=POINTS, outcome=OUTCOMES))


def parts(total: Score) -> list[Fraction]:
    return [getattr(total, field.name) for field in fields(total)]


@given(CRITERIA)
def test_parts_add_up(criteria: list[CriterionRecord]) -> None:
    """No point is lost or made up: the parts of a score are all the points there are, exactly."""
    total = score(criteria)
    assert sum(parts(total)) == sum(c.points for c in criteria)
    assert total.possible + total.skipped == sum(c.points for c in criteria)
    assert total.earned == sum(c.earned for c in criteria)


@given(CRITERIA)
def test_no_part_is_negative(criteria: list[CriterionRecord]) -> None:
    """Whatever happens, nobody has fewer than no points."""
    assert min(parts(score(criteria))) >= 0


@given(CRITERIA.filter(bool), st.data())
def test_better_never_scores_less(criteria: list[CriterionRecord], data: st.DataObject) -> None:
    """A criterion that comes out better never lowers what is earned, and never raises what is lost."""
    at = data.draw(st.integers(0, len(criteria) - 1))
    order = list(Outcome)
    better = data.draw(st.sampled_from(order[: order.index(criteria[at].outcome) + 1]))
    improved = [*criteria[:at], replace(criteria[at], outcome=better), *criteria[at + 1 :]]
    assert score(improved).earned >= score(criteria).earned
    assert score(improved).lost <= score(criteria).lost


@given(CRITERIA, CRITERIA)
def test_order_and_grouping_do_not_matter(first: list[CriterionRecord], second: list[CriterionRecord]) -> None:
    """The score of two halves is the score of the whole, in whatever order."""
    both = [a + b for a, b in zip(parts(score(first)), parts(score(second)), strict=True)]
    assert both == parts(score([*second, *first]))


@given(CRITERIA)
def test_full_means_everything_and_something(criteria: list[CriterionRecord]) -> None:
    """A score is full when points could be had and none of them is missing."""
    total = score(criteria)
    open_points = total.lost + total.blocked + total.undetermined
    assert total.is_full == (total.earned > 0 and open_points == 0)


def test_skipped_points_cannot_be_had() -> None:
    """What this lab cannot show takes nothing away from a full score."""
    criteria = [samples.criterion("a", "a", 3, Outcome.PASSED), samples.criterion("b", "b", 2, Outcome.SKIPPED)]
    assert score(criteria).is_full
    assert score(criteria).possible == 3


@pytest.mark.parametrize(
    ("outcomes", "worst"),
    [
        ([], Outcome.SKIPPED),
        ([Outcome.PASSED, Outcome.PASSED], Outcome.PASSED),
        ([Outcome.PASSED, Outcome.SKIPPED], Outcome.SKIPPED),
        ([Outcome.BLOCKED, Outcome.PASSED], Outcome.BLOCKED),
        ([Outcome.UNDETERMINED, Outcome.BLOCKED], Outcome.UNDETERMINED),
        ([Outcome.UNDETERMINED, Outcome.FAILED, Outcome.PASSED], Outcome.FAILED),
    ],
    ids=str,
)
def test_scenario_is_as_good_as_its_worst(outcomes: list[Outcome], worst: Outcome) -> None:
    """A scenario's outcome is the worst one of its criteria."""
    criteria = tuple(samples.criterion(str(n), "x", 1, outcome) for n, outcome in enumerate(outcomes))
    assert ScenarioRecord("s", "verify", criteria=criteria).outcome is worst


@pytest.mark.parametrize("outcome", Outcome)
def test_only_passed_earns(outcome: Outcome) -> None:
    """Only what has passed earns its points."""
    earned = samples.criterion("a", "a", 2, outcome).earned
    assert earned == (2 if outcome is Outcome.PASSED else 0)


@pytest.mark.parametrize(
    ("points", "text"), [(3, "3"), ("5/2", "2.5"), ("1/3", "0.33"), (0, "0"), (100, "100"), (10, "10")]
)
def test_points_read_as_people_write_them(points: int | str, text: str) -> None:
    """Points have no needless zeros and at most two places."""
    assert number(Fraction(points)) == text


def test_score_reads_in_one_line() -> None:
    """A score says what was earned and names only the other parts that there are."""
    assert str(samples.FULL.score) == "100 earned of 100"
    total = Score(Fraction(1), Fraction(2), Fraction(0), Fraction(1, 2), Fraction(9))
    assert str(total) == "1 earned, 2 lost, 0.5 undetermined of 3.5"


def test_criteria_of_a_run_are_in_order() -> None:
    """A run's criteria are those of its sections' scenarios, in order."""
    sections = tuple(
        SectionRecord(name, {}, "", (samples.scenario("s", samples.criterion(f"{name}.1", "", 1, Outcome.PASSED)),) * 2)
        for name in ("a", "b")
    )
    run = replace(samples.FULL, sections=sections)
    assert [c.id for c in run.criteria] == ["a.1", "a.1", "b.1", "b.1"]
    assert run.score.earned == 4
