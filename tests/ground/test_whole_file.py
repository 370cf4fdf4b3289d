"""Files that are written whole or not at all."""

import json
import multiprocessing
import stat
from pathlib import Path

import pytest

from labproof.connection import foresight
from labproof.connection.foresight import Question
from labproof.ground import whole_file


def test_a_file_is_there_with_its_rights(tmp_path: Path) -> None:
    """Its folder is made, what was there is gone, and no draft is left."""
    path = tmp_path / "new" / "file.txt"
    for text, mode in (("first", 0o644), ("second", 0o600)):
        assert whole_file.replace(path, text, mode) == path
        assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == (text, mode)
    assert list(path.parent.iterdir()) == [path]


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    """A text that no file can hold leaves the old one in its place, and no draft beside it."""
    path = whole_file.replace(tmp_path / "file.txt", "old")
    with pytest.raises(UnicodeEncodeError):
        whole_file.replace(path, "\ud800")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def _keep(path: Path, name: str, times: int) -> None:
    questions = [Question("master", f"{name} {number}" * 40, 15.0, "/bin/sh", 0.1) for number in range(200)]
    for _ in range(times):
        foresight.save(path, questions)


def test_labs_of_a_class_do_not_mix_what_they_keep(tmp_path: Path) -> None:
    """What several gradings keep at one time is always that of one of them: it is run as root on the next machines."""
    path = tmp_path / "questions.json"
    _keep(path, "first", 1)
    fork = multiprocessing.get_context("fork")
    writers = [fork.Process(target=_keep, args=(path, name, 150)) for name in ("one", "another", "a third")]
    for writer in writers:
        writer.start()
    looks = 0
    while any(writer.is_alive() for writer in writers):
        rows = json.loads(path.read_text(encoding="utf-8"))
        assert (len(rows), len({row["line"].split()[0] for row in rows})) == (200, 1)
        looks += 1
    assert looks > 10
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
