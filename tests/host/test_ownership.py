"""Whose lab is up on this computer."""

import json
from pathlib import Path

import pytest

from labproof.ground.errors import HostError
from labproof.host import ownership


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder of its own for each test."""
    monkeypatch.setenv("LABPROOF_STATE", str(tmp_path))
    return tmp_path


def test_a_claimed_lab_is_ours() -> None:
    """A lab that this checkout claims is recorded as its own, and gone after release."""
    claimed = ownership.claim("lxc", "a-box")
    assert ownership.current() == claimed
    assert claimed.is_ours
    ownership.release()
    assert ownership.current() is None


def test_every_pair_of_machines_has_an_identity_of_its_own() -> None:
    """Two labs, one after the other, are never mistaken for one another."""
    assert ownership.claim("lxc").identity != ownership.claim("lxc").identity


def test_a_lab_of_another_checkout_that_is_up_is_left_alone(state: Path) -> None:
    """Whoever comes second is told whose lab it is and what to do."""
    _foreign(state)
    with pytest.raises(HostError, match=r"(?s)/somewhere/else .*labproof down"):
        ownership.require_free(is_up=True)


def test_leftovers_of_another_checkout_are_free(state: Path) -> None:
    """A record whose machines are not up does not stand in the way."""
    _foreign(state)
    ownership.require_free(is_up=False)


def test_a_half_written_record_counts_as_none(state: Path) -> None:
    """A run that was killed while it wrote the record is no crash for the next."""
    (state / "lab.json").write_text('{"checkout": ')
    assert ownership.current() is None


def test_two_runs_do_not_change_the_lab_at_once() -> None:
    """The second one is told which process is at it."""
    with ownership.one_at_a_time(), pytest.raises(HostError, match=r"process \d+"), ownership.one_at_a_time():
        pass


def _foreign(state: Path) -> None:
    record = {"checkout": "/somewhere/else", "provider": "lxc", "since": "2026-01-01", "identity": "x"}
    (state / "lab.json").write_text(json.dumps(record))
