"""How far a grading has come, as whoever watches it reads it."""

from pathlib import Path

import pytest

from labproof.records import headway
from labproof.records.headway import Headway


def test_headway_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is told last is what is read, whole."""
    monkeypatch.setenv(headway.VARIABLE, str(tmp_path / "lab"))
    headway.tell(Headway("Base"))
    headway.tell(Headway("Docker", "3", "1.5", "100"))
    assert headway.read(tmp_path / "lab") == Headway("Docker", "3", "1.5", "100")


def test_nobody_watches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody watches nothing is written, and a place that cannot be written in costs no grading."""
    monkeypatch.delenv(headway.VARIABLE, raising=False)
    headway.tell(Headway("Base"))
    monkeypatch.setenv(headway.VARIABLE, str(tmp_path / "no" / "lab"))
    headway.tell(Headway("Base"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "[]", "{", '{"section": 1}', "[" * 4000])
def test_what_is_no_headway(tmp_path: Path, text: str) -> None:
    """A file that is not ours tells nothing."""
    (tmp_path / "lab").write_text(text)
    assert headway.read(tmp_path / "lab") == Headway()
