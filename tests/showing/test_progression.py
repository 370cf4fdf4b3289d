"""A run against the earlier ones of its machines."""

from dataclasses import replace
from fractions import Fraction

from labproof.records.model import INTERRUPTED, RunRecord
from labproof.showing.progression import Progression, progression
from tests.golden import samples


def of(run: RunRecord) -> Progression:
    found = progression(run)
    assert found is not None
    return found


def test_first_run_stands_alone() -> None:
    """Where there is no history, there is nothing to compare."""
    assert progression(samples.FULL) is None


def test_what_turned_is_told_apart() -> None:
    """What is earned now and was not is green; what was earned and is lost is red; what cannot be seen is neither."""
    found = of(samples.EVERY_OUTCOME)
    assert [c.id for c in found.green] == ["docker.runs"]
    assert [c.id for c in found.red] == ["docker.daemon-agrees"]
    assert [c.id for c in found.unseen] == ["join.ready"]


def test_blocked_from_failed_is_not_turned() -> None:
    """A criterion that was lost and is blocked now has turned neither way."""
    history = replace(samples.HISTORY, was={"docker.container": "failed"})
    found = of(replace(samples.EVERY_OUTCOME, history=history))
    assert (found.green, found.red, found.unseen) == ((), (), ())


def test_this_run_is_the_newest_attempt() -> None:
    """A run that came to its end is counted, and is compared with the one before."""
    found = of(samples.EVERY_OUTCOME)
    assert (found.count, found.before, found.attempts[0]) == (3, samples.SECOND, found.this)
    assert found.best == samples.FIRST


def test_best_may_be_this_one() -> None:
    """A run that earns as much as the best before it is the best."""
    best = replace(samples.FIRST, earned=Fraction("2.5"))
    found = of(replace(samples.EVERY_OUTCOME, history=replace(samples.HISTORY, best=best)))
    assert found.best == found.this


def test_interrupted_run_is_compared_and_not_counted() -> None:
    """A run that did not come to its end is no attempt, and says what has turned all the same."""
    found = of(replace(samples.EVERY_OUTCOME, ended=INTERRUPTED))
    assert (found.count, found.attempts, [c.id for c in found.green]) == (
        2, (samples.SECOND, samples.FIRST), ["docker.runs"],
    )  # fmt: skip
