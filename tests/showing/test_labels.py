"""Labels of a page: what became of something, by a sign and in words, and what it was worth."""

from dataclasses import replace
from fractions import Fraction

import pytest

from labproof.records.model import Outcome, StepOutcome
from labproof.showing import labels
from tests.golden import samples


@pytest.mark.parametrize("outcome", [*Outcome, *StepOutcome])
def test_every_outcome_has_a_badge(outcome: str) -> None:
    """Whoever does not see its colour has a sign and words, in both languages; its class has no space."""
    page = labels.badge(outcome)
    assert page.startswith(f'<span class="badge {outcome.replace(" ", "-")}"><span aria-hidden="true">')
    assert f'<span class="en" lang="en">{outcome}</span><span class="zh" lang="zh">' in page


def test_outcomes_of_criteria_are_told_apart_by_their_signs() -> None:
    """No two of them look the same in black and white."""
    assert len({labels.badge(outcome).split("</span>")[0].rpartition(">")[2] for outcome in Outcome}) == len(Outcome)


@pytest.mark.parametrize(("outcome", "said"), [(Outcome.PASSED, "2.5/2.5"), (Outcome.FAILED, "0/2.5")])
def test_points_are_told_with_what_could_be_had(outcome: Outcome, said: str) -> None:
    """What was earned stands before what could be."""
    criterion = replace(next(samples.FULL.criteria), points=Fraction(5, 2), outcome=outcome)
    unit = '<span class="en" lang="en">points</span><span class="zh" lang="zh">分</span>'
    assert labels.points(criterion) == f'<span class="points">{said}<span class="unit"> {unit}</span></span>'
