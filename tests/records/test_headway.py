"""How far a grading has come, as whoever watches it reads it."""

import threading
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


def test_shorter_than_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what was told before nothing is left, however long it was."""
    monkeypatch.setenv(headway.VARIABLE, str(tmp_path / "lab"))
    headway.tell(Headway("基础环境" * 20, "12.5", "1.5", "100"))
    headway.tell(Headway("Base"))
    assert headway.read(tmp_path / "lab") == Headway("Base")


def test_long_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row of a table has room for so much of a title."""
    monkeypatch.setenv(headway.VARIABLE, str(tmp_path / "lab"))
    headway.tell(Headway("Base " * 100))
    assert headway.read(tmp_path / "lab") == Headway(("Base " * 100)[:80])


@pytest.mark.parametrize("half", [1, 12, 60])
def test_half_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, half: int) -> None:
    """What is half of one telling and half of the one before is neither, and is not told."""
    monkeypatch.setenv(headway.VARIABLE, str(tmp_path / "lab"))
    headway.tell(Headway("Docker", "3", "1.5", "100"))
    before = (tmp_path / "lab").read_bytes()
    headway.tell(Headway("Docker", "8", "2.5", "100"))
    (tmp_path / "lab").write_bytes((tmp_path / "lab").read_bytes()[:half] + before[half:])
    assert headway.read(tmp_path / "lab") == Headway()


def test_read_while_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads while another one tells reads one whole telling."""
    monkeypatch.setenv(headway.VARIABLE, str(tmp_path / "lab"))
    tellings = [Headway("Base", "1", "2", "100"), Headway("Docker " * 10, "31.25", "0", "100")]
    headway.tell(tellings[0])

    def telling() -> None:
        for told in tellings * 20:
            headway.tell(told)

    teller = threading.Thread(target=telling)
    teller.start()
    read = {headway.read(tmp_path / "lab") for _ in range(40)}
    teller.join()
    assert read <= {*tellings, Headway()}
    assert read & set(tellings)


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"section": 1}', "[" * 4000, "ff {}", "0d4cbb29 []", '36918ac1 {"section": 1}']
)
def test_what_is_no_headway(tmp_path: Path, text: str) -> None:
    """A file that is not ours tells nothing."""
    (tmp_path / "lab").write_text(text)
    assert headway.read(tmp_path / "lab") == Headway()
