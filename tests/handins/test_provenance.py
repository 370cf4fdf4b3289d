"""What a report says of evidence that a student has made."""

from dataclasses import replace

import pytest

from labproof.records.model import HandIn, Mode, RunRecord, Source
from labproof.showing.provenance import notes
from tests.handins import samples


def handed_in(came: HandIn) -> RunRecord:
    source = Source("20261125-193330-verify", Mode.VERIFY, "h", "r", "2026-11-25T19:33:30+00:00", "", hand_in=came)
    return replace(samples.recorded()[1], mode=Mode.REGRADE, source=source)


@pytest.mark.parametrize(
    ("came", "words"),
    [
        (
            HandIn("h.zip", "s001", "20261125-abcdef"),
            "bound to s001 and to assignment 20261125-abcdef by the secret of that student",
        ),
        (HandIn("h.zip", "s001", doubt="it holds no answer"), "not bound to s001: it holds no answer"),
        (HandIn("h.zip", "s001", lateness="2 h after the closing time"), "late: 2 h after the closing time"),
    ],
)
def test_report_says_what_a_hand_in_proves(came: HandIn, words: str) -> None:
    """Where the evidence was made stands first; then whether it is bound to its student, and how late it came."""
    said = notes(handed_in(came))
    assert said[0] == "regraded from 20261125-193330-verify, graded 2026-11-25 19:33:30 UTC; no machine was looked at"
    assert said[1].startswith("handed in as h.zip: the evidence was made on the student's own computer")
    assert any(words in note for note in said[2:])


def test_evidence_of_our_own_says_nothing_of_it() -> None:
    """A lab that was graded over SSH is no hand-in."""
    assert notes(samples.recorded()[1]) == []
