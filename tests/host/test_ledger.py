"""What the lab has changed on this computer is written down and undone."""

from pathlib import Path

import pytest

from labproof.ground.errors import HostError
from labproof.host.ledger import Change, Ledger

FIRST, SECOND = Change("value", "/a", "1", "2"), Change("mode", "/b", "0o600", "0o604")


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A ledger of its own for each test."""
    return Ledger(tmp_path / "deep" / "host.json")


def test_a_change_survives_the_run_that_made_it(ledger: Ledger) -> None:
    """A second process reads what the first wrote down."""
    assert ledger.record(FIRST)
    assert Ledger(ledger.path).changes() == (FIRST,)


def test_the_first_value_is_the_one_to_put_back(ledger: Ledger) -> None:
    """A target that is recorded already is not recorded again: its value now is ours, not the computer's."""
    ledger.record(FIRST)
    assert not ledger.record(Change("value", "/a", "2", "2"))
    assert ledger.changes() == (FIRST,)


def test_changes_are_undone_newest_first(ledger: Ledger) -> None:
    """What was changed last is put back first, and nothing is left in the ledger."""
    ledger.record(FIRST)
    ledger.record(SECOND)
    undone: list[Change] = []
    ledger.undo_all({"value": undone.append, "mode": undone.append})
    assert undone == [SECOND, FIRST]
    assert not ledger.path.exists()


def test_one_failure_does_not_keep_the_others(ledger: Ledger) -> None:
    """What cannot be put back stays in the ledger and is named; the rest is put back."""

    def fail(change: Change) -> None:
        raise OSError("read-only")

    ledger.record(FIRST)
    ledger.record(SECOND)
    undone: list[Change] = []
    with pytest.raises(HostError, match="mode /b: read-only"):
        ledger.undo_all({"value": undone.append, "mode": fail})
    assert undone == [FIRST]
    assert ledger.changes() == (SECOND,)


def test_a_damaged_ledger_is_an_error_not_an_empty_one(ledger: Ledger) -> None:
    """Text that is not JSON is reported: changes of this computer must not be forgotten."""
    ledger.record(FIRST)
    ledger.path.write_text("{")
    with pytest.raises(HostError, match="not JSON"):
        ledger.changes()
