"""What does not fit is asked about; an honest lab raises no question."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from labproof.handins import suspicion
from labproof.records.evidence import read
from labproof.records.model import Exchange, Outcome, Source
from tests.handins import samples
from tests.handins.samples import RECORDING

EXCHANGES = read(RECORDING / "evidence.jsonl")
RUN = samples.recorded()[1]
MADE = "2026-11-25T10:00:00+00:00"
NOW = datetime(2026, 11, 30, tzinfo=UTC)


def asked(
    exchanges: list[Exchange] = EXCHANGES,
    started: str = RUN.started,
    finished: str = RUN.finished,
    made: str = MADE,
    now: datetime = NOW,
) -> list[str]:
    return list(suspicion.of_times(exchanges, started, finished, made, now))


def moved(exchange: Exchange, seconds: float) -> Exchange:
    return replace(
        exchange, started=(datetime.fromisoformat(exchange.started) + timedelta(seconds=seconds)).isoformat()
    )


def test_honest_evidence_raises_no_question() -> None:
    """A real lab, graded after the assignment was made, leaves nothing to ask."""
    assert asked() == []
    assert list(suspicion.of_clocks(EXCHANGES)) == []
    assert list(suspicion.of_lab(RUN, RUN.finished, MADE)) == []
    assert list(suspicion.of_result(RUN, RUN)) == []


def test_evidence_from_before_the_assignment_is_asked_about() -> None:
    """Work that was graded before there was an assignment may be somebody else's."""
    assert asked(made=(datetime.fromisoformat(RUN.started) + timedelta(hours=2)).isoformat()) == [
        "its evidence begins 2 h before the assignment was made: whose work is it?"
    ]


def test_evidence_from_the_future_is_asked_about() -> None:
    """A clock that is ahead of ours is told."""
    assert "after now" in asked(now=datetime(2026, 11, 25, 19, 0, tzinfo=UTC))[0]


def test_evidence_of_another_time_than_its_run_is_asked_about() -> None:
    """Times of the run that the evidence was not made in do not belong to it."""
    assert "outside the times of its run" in asked(started=samples.after(RUN.started, minutes=30))[0]


def test_answers_that_go_back_in_time_are_asked_about() -> None:
    """An answer that was written down minutes after a later one is out of order."""
    shifted = [*EXCHANGES[:50], moved(EXCHANGES[50], 250), *EXCHANGES[51:]]
    assert "goes back in time" in asked(shifted)[0]


def test_answers_in_no_time_are_asked_about() -> None:
    """Hundreds of answers of two machines in one moment are no answers of machines."""
    at_once = [replace(e, started=EXCHANGES[0].started, seconds=0.0) for e in EXCHANGES]
    assert "questions were answered within 0.000 s" in asked(at_once)[0]


@pytest.mark.parametrize("stamp", ["", "yesterday", "2026-11-25T19:33:31", "9" * 5000])
def test_times_that_are_none_are_asked_about(stamp: str) -> None:
    """Evidence without times was not written by Labproof, and nothing more is worked out from it."""
    spoilt = [replace(EXCHANGES[0], started=stamp), *EXCHANGES[1:]]
    assert asked(spoilt) == ["the evidence, or the run, has times that are none: was it written by Labproof?"]
    assert asked([]) == asked(spoilt)


def test_clock_of_a_machine_that_is_far_off_is_asked_about() -> None:
    """`date` on a machine is compared with the moment at which it was asked."""
    off = [replace(e, output="1795600000\n") if e.request.strip() == "date +%s" else e for e in EXCHANGES]
    said = list(suspicion.of_clocks(off))
    assert [text.partition(":")[0] for text in said] == ["master", "node"]
    assert "behind the grader's: why?" in said[0]


def test_lab_that_is_older_than_the_assignment_is_asked_about() -> None:
    """A cluster from before the assignment may be last year's, or somebody else's."""
    said = list(suspicion.of_lab(RUN, RUN.finished, samples.after(RUN.started, days=1)))
    assert len(said) == 1
    assert "older than the assignment, by up to 1 d: master (its machine-id), node" in said[0]


def test_lab_that_is_younger_than_its_evidence_is_asked_about() -> None:
    """Nothing is graded before it is made."""
    assert "made after the evidence" in next(suspicion.of_lab(RUN, "2026-11-25T10:00:00+00:00", MADE))


def test_result_that_says_more_than_its_evidence_is_asked_about() -> None:
    """An edited result is set against what the evidence gives, criterion by criterion, and other evidence is told."""
    section = next(s for s in RUN.sections if any(c.outcome is Outcome.FAILED for c in s.criteria))
    better = tuple(
        replace(s, criteria=tuple(replace(c, outcome=Outcome.PASSED) for c in s.criteria)) for s in section.scenarios
    )
    edited = replace(RUN, sections=tuple(replace(s, scenarios=better) if s is section else s for s in RUN.sections))
    judged = replace(RUN, source=Source("x", RUN.mode, "0" * 64, "", "", ""))
    said = list(suspicion.of_result(edited, judged))
    assert "made from other evidence" in said[0]
    assert said[1] == (
        "its result.json says 100 points, its evidence gives 99.5: base.swap-boot@node (passed, judged failed);"
        " was it edited?"
    )


def test_moments_stay_when_answers_are_edited() -> None:
    """Evidence of another student whose ids were changed still has the moments of that one's questions."""
    edited = [replace(e, output="changed") for e in EXCHANGES]
    assert suspicion.marks(edited) == suspicion.marks(EXCHANGES)
    assert suspicion.marks([moved(e, 1) for e in EXCHANGES]) != suspicion.marks(EXCHANGES)


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "1 min"), (59, "1 min"), (3600, "1 h"), (7500, "2 h 5 min"), (90000, "1 d 1 h")]
)
def test_spans_are_said_as_people_do(seconds: float, words: str) -> None:
    """Days and hours, or hours and minutes."""
    assert suspicion.span(seconds) == words
