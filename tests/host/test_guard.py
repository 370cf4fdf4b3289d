"""The settings of this computer that are changed and put back."""

from pathlib import Path

import pytest

from labproof.host import guard
from labproof.host.ledger import Change, Ledger


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "root:1000000:65536"),
        ("root:100000:65536\n", ""),
        ("root:100000:100\n", "root:1000000:65536"),
        ("alice:1000000:65536\n", "root:1114112:65536"),
        ("alice:100000:65536\nnonsense\n", "root:1000000:65536"),
    ],
)
def test_ids_are_set_aside_where_nobody_has_them(text: str, line: str) -> None:
    """A range for root is added unless there is one, and never overlaps with another user's."""
    found = guard.missing_range(text)
    assert found == line
    if "alice:1000000" in text:
        assert int(found.split(":")[1]) >= 1_065_536


def test_a_value_is_put_back(tmp_path: Path) -> None:
    """A setting gets its value of before."""
    setting = tmp_path / "setting"
    setting.write_text("131072\n")
    _restore(tmp_path, Change("value", str(setting), "262144", "131072"))
    assert setting.read_text() == "262144"


def test_a_value_that_somebody_else_has_set_since_is_left_alone(tmp_path: Path) -> None:
    """Only what is still ours is put back."""
    setting = tmp_path / "setting"
    setting.write_text("500000\n")
    _restore(tmp_path, Change("value", str(setting), "262144", "131072"))
    assert setting.read_text() == "500000\n"


def test_a_line_is_taken_out_again(tmp_path: Path) -> None:
    """The file is byte for byte what it was."""
    ids = tmp_path / "subuid"
    ids.write_text("alice:100000:65536\nroot:1000000:65536\n")
    _restore(tmp_path, Change("line", str(ids), "present", "root:1000000:65536"))
    assert ids.read_text() == "alice:100000:65536\n"


def test_a_file_that_was_not_there_is_removed(tmp_path: Path) -> None:
    """Nothing stays of a file that the lab made."""
    ids = tmp_path / "subuid"
    ids.write_text("root:1000000:65536\n")
    _restore(tmp_path, Change("line", str(ids), "absent", "root:1000000:65536"))
    assert not ids.exists()


def test_a_mode_is_put_back(tmp_path: Path) -> None:
    """A file gets its permissions of before."""
    setting = tmp_path / "setting"
    setting.touch(mode=0o604)
    _restore(tmp_path, Change("mode", str(setting), "0o600", "0o604"))
    assert setting.stat().st_mode & 0o777 == 0o600


def test_a_computer_that_has_restarted_needs_nothing_put_back(tmp_path: Path) -> None:
    """Settings that are gone are no error."""
    _restore(
        tmp_path, Change("value", str(tmp_path / "gone"), "1", "2"), Change("mode", str(tmp_path / "gone"), "0o600")
    )


def _restore(tmp_path: Path, *changes: Change) -> None:
    ledger = Ledger(tmp_path / "host.json")
    for change in changes:
        ledger.record(change)
    guard.restore(ledger)
    assert not ledger.changes()
