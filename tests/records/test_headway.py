"""How far a grading has come, as whoever watches it reads it."""

import threading
from pathlib import Path

import pytest

from labproof.records import headway
from labproof.records.headway import Headway


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file that somebody watches."""
    monkeypatch.setenv(headway.VARIABLE, str(tmp_path / "lab"))
    return tmp_path / "lab"


def test_headway_comes_back(told: Path) -> None:
    """What is told last is what is read, whole."""
    headway.tell(Headway("Base"))
    headway.tell(Headway("Docker", "3", "1.5", "100"))
    assert headway.read(told) == Headway("Docker", "3", "1.5", "100")


def test_nobody_watches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody watches nothing is written, and a place that cannot be written in costs no grading."""
    monkeypatch.delenv(headway.VARIABLE, raising=False)
    headway.tell(Headway("Base"))
    monkeypatch.setenv(headway.VARIABLE, str(tmp_path / "no" / "lab"))
    headway.tell(Headway("Base"))
    assert list(tmp_path.iterdir()) == []


def test_shorter_than_before(told: Path) -> None:
    """Of what was told before nothing is left, however long it was."""
    headway.tell(Headway("基础环境" * 20, "12.5", "1.5", "100"))
    headway.tell(Headway("Base"))
    assert headway.read(told) == Headway("Base")


def test_long_words(told: Path) -> None:
    """A row of a table has room for so much of a title."""
    headway.tell(Headway("Base " * 100))
    assert headway.read(told) == Headway(("Base " * 100)[:80])


@pytest.mark.parametrize("half", [1, 12, 60])
def test_half_overwritten(told: Path, half: int) -> None:
    """What is half of one telling and half of the one before is neither, and is not told."""
    headway.tell(Headway("Docker", "3", "1.5", "100"))
    before = told.read_bytes()
    headway.tell(Headway("Docker", "8", "2.5", "100"))
    told.write_bytes(told.read_bytes()[:half] + before[half:])
    assert headway.read(told) == Headway()


def test_read_while_it_is_told(told: Path) -> None:
    """Whoever reads while another one tells reads one whole telling."""
    tellings = [Headway("Base", "1", "2", "100"), Headway("Docker " * 10, "31.25", "0", "100")]
    headway.tell(tellings[0])

    def telling() -> None:
        for one in tellings * 20:
            headway.tell(one)

    teller = threading.Thread(target=telling)
    teller.start()
    read = {headway.read(told) for _ in range(40)}
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
