"""Parts of the bundle: keys, finishing by a rename, leftovers."""

import os
from pathlib import Path

import pytest

from labproof.rehearsal.bundle.parts import KEPT, UNFINISHED, Part, Shelf, Workplace, fingerprint


def write(text: str):  # type: ignore[no-untyped-def]
    """Return a maker that writes one file."""

    def make(bench: Workplace) -> None:
        (bench.output / "file").write_text(text)

    return make


def test_key_follows_inputs() -> None:
    """A key changes with the inputs of a part, and with those of what it needs; not with its maker."""
    base = Part("base", ["a"], write(""))
    assert base.key == Part("base", ["a"], write("other")).key
    assert base.key != Part("base", ["b"], write("")).key
    upper = Part("upper", [], write(""), (base,))
    assert upper.key != Part("upper", [], write(""), (Part("base", ["b"], write("")),)).key


def test_made_once(tmp_path: Path) -> None:
    """A finished part is found again, and what it needs is not even looked at."""
    shelf = Shelf(tmp_path, print)
    made: list[str] = []

    def make(bench: Workplace) -> None:
        made.append("made")
        (bench.output / "file").write_text((bench.needs["below"] / "file").read_text() + " above")

    part = Part("above", [], make, (Part("below", [], write("below")),))
    place = shelf.ensure(part)
    assert (place / "file").read_text() == "below above"
    assert Shelf(tmp_path, print).ensure(part) == place
    assert made == ["made"]


def test_failure_leaves_nothing_finished(tmp_path: Path) -> None:
    """A part whose making fails does not stand on the shelf, nor does its work."""

    def fail(bench: Workplace) -> None:
        (bench.output / "half").write_text("half")
        raise KeyboardInterrupt

    part = Part("broken", [], fail)
    with pytest.raises(KeyboardInterrupt):
        Shelf(tmp_path, print).ensure(part)
    assert not Shelf(tmp_path, print).place(part).exists()
    assert not list(tmp_path.glob(f"{UNFINISHED}*"))


def test_leftovers_of_killed_builds_go(tmp_path: Path) -> None:
    """What a killed build left is removed, and old versions of a part beyond the newest few."""
    (tmp_path / f"{UNFINISHED}images-1" / "output").mkdir(parents=True)
    shelf = Shelf(tmp_path, print)
    for number in range(KEPT + 2):
        place = shelf.ensure(Part("images", [number], write("")))
        os.utime(place, (number, number))
    shelf.tidy()
    assert not list(tmp_path.glob(f"{UNFINISHED}*"))
    kept = {path.name for path in (tmp_path / "parts").iterdir()}
    assert len(kept) == KEPT
    assert shelf.place(Part("images", [KEPT + 1], write(""))).name in kept


def test_lock_is_free_again(tmp_path: Path) -> None:
    """A shelf can be held again after it was let go, also by a failure."""
    shelf = Shelf(tmp_path, print)
    with pytest.raises(RuntimeError), shelf.locked():
        raise RuntimeError
    with shelf.locked():
        assert (tmp_path / "lock").exists()


def test_fingerprint_follows_content(tmp_path: Path) -> None:
    """A file's fingerprint changes with its content."""
    file = tmp_path / "a.py"
    file.write_text("one")
    before = fingerprint(file)
    file.write_text("two")
    assert before.keys() == {"a.py"}
    assert fingerprint(file) != before
