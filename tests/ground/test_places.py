"""Where things are kept, for whom and on which system."""

import sys
from pathlib import Path

import pytest

from labproof.ground import places


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person who has set none of our variables."""
    for name in ("LABPROOF_STATE", "LABPROOF_RUNS", "LABPROOF_COURSE", "LABPROOF_BUNDLE", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/home/学生 one")


@pytest.mark.parametrize(
    ("system", "root", "folder"),
    [
        ("linux", True, "/var/lib/labproof"),
        ("linux", False, "/home/学生 one/.local/state/labproof"),
        ("darwin", True, "/home/学生 one/.local/state/labproof"),
        ("win32", False, "/home/学生 one/.local/state/labproof"),
    ],
)
def test_the_state_lies_where_its_owner_may_write(
    monkeypatch: pytest.MonkeyPatch, system: str, root: bool, folder: str
) -> None:
    """Only root on Linux has a folder of the whole computer."""
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(places, "is_root", lambda: root)
    assert places.state_dir() == Path(folder)


def test_what_somebody_says_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Every place can be moved."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(places, "is_root", lambda: False)
    assert places.state_dir() == tmp_path / "state" / "labproof"
    monkeypatch.setenv("LABPROOF_STATE", str(tmp_path))
    monkeypatch.setenv("LABPROOF_RUNS", str(tmp_path / "runs"))
    assert (places.state_dir(), places.runs_dir()) == (tmp_path, tmp_path / "runs")


def test_runs_of_another_course_lie_with_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An author finds the runs beside the course."""
    monkeypatch.setenv("LABPROOF_COURSE", str(tmp_path))
    assert places.runs_dir() == tmp_path / "reports" / "runs"


def test_there_is_no_bundle_unless_one_is_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder that is given is found from wherever a program runs."""
    assert places.given_bundle() is None
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LABPROOF_BUNDLE", "files")
    assert places.given_bundle() == tmp_path / "files"
