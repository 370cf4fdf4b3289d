"""What a run is, in words."""

from dataclasses import replace
from fractions import Fraction

import pytest

from labproof.records.model import Mode, Outcome, RunRecord, SectionRecord, Source, Weights
from labproof.showing.provenance import notes, warning
from tests.golden import samples

ON_MACHINES = replace(samples.FULL, based_on="")
SOURCE = Source("20260301-run", Mode.VERIFY, "abc", "def", "2026-03-01T10:00:00+00:00", "")


def made(mode: Mode, **changes: object) -> RunRecord:
    return replace(ON_MACHINES, mode=mode, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", [Mode.PERFORM, Mode.VERIFY])
def test_look_at_machines_needs_no_word(mode: Mode) -> None:
    """A run on machines that is whole in itself is what its header says."""
    assert notes(made(mode)) == []
    assert warning(made(mode)) == ""


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (made(Mode.REGRADE, source=SOURCE), "regraded from 20260301-run, graded 2026-03-01 10:00:00 UTC"),
        (made(Mode.DEMO, source=SOURCE), "demo: a recording of a real lab, graded 2026-03-01 10:00:00 UTC"),
        (made(Mode.RESET, milestone="docker"), "set back to docker"),
        (made(Mode.VERIFY, weights=Weights("own.toml", Fraction(101))), "weights of own.toml, which add up to 101"),
    ],
    ids=lambda value: getattr(value, "mode", ""),
)
def test_other_run_says_what_it_is(run: RunRecord, said: str) -> None:
    """A regrade, a demo, a reset and a run with other weights each say so."""
    (note,) = notes(run)
    assert note.startswith(said)


def test_merged_run_names_the_others() -> None:
    """A merged run says which runs the rest comes from, and how many criteria of each."""
    criteria = [
        samples.criterion(f"c{n}", "c", 1, Outcome.PASSED, as_of=run) for n, run in enumerate(["", "a", "b", "b"])
    ]
    section = SectionRecord("s", {"en": "S"}, "1", (samples.scenario("s", *criteria),))
    run = made(Mode.VERIFY, based_on="b", sections=(section,))
    assert notes(run) == ["1 criterion is known from a", "2 criteria are known from b"]


def test_broken_evidence_is_warned_of() -> None:
    """A score that rests on broken evidence says that it proves nothing, and why."""
    run = made(Mode.REGRADE, source=replace(SOURCE, evidence_problem="entry 3 was changed"))
    assert warning(run) == "The evidence is broken, and this score proves nothing: entry 3 was changed"
