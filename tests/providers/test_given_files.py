"""Which files virtual machines were given."""

import shutil
from pathlib import Path

import pytest

from labproof.ground.errors import ConfigError, HostError
from labproof.host.ownership import LabRecord
from labproof.providers import given_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of files, in a place with spaces and Chinese letters."""
    made = tmp_path / "课程 files"
    made.mkdir()
    (made / "calico.yaml").write_text("kind: Pod")
    return made


def lab(folder: Path | None, files: str | None = None) -> LabRecord:
    """Return a lab that was made with the files of a folder."""
    said = given_files.digest(folder) if files is None else files
    return LabRecord("/checkout", "libvirt", "2026-01-01", "id-1", "a-box", str(folder or ""), said)


def test_the_same_files_are_the_same_lab(folder: Path, tmp_path: Path) -> None:
    """The folder itself and a copy of it elsewhere are taken, and so is none at all: the machines keep theirs."""
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    for given in (folder, copy, None):
        given_files.require_same(lab(folder), given)


def test_other_files_are_another_lab(folder: Path, tmp_path: Path) -> None:
    """A byte more, a file more, another name: each is refused, with what the lab was made with and what to do."""
    made = lab(folder)
    for change in (
        lambda: (folder / "calico.yaml").write_text("kind: Pods"),
        lambda: (folder / "more.yaml").write_text(""),
        lambda: (folder / "more.yaml").rename(folder / "less.yaml"),
    ):
        change()
        with pytest.raises(HostError, match=r"(?s)that .*课程 files has now, .* had then\n  try: labproof down first"):
            given_files.require_same(made, folder)
        made = lab(folder)


def test_a_lab_without_files_gets_none_later(folder: Path) -> None:
    """Machines that were made without any files are another lab, too."""
    with pytest.raises(HostError, match="made with no files"):
        given_files.require_same(lab(None), folder)


def test_a_lab_of_an_earlier_labproof_is_known_by_the_folder(folder: Path, tmp_path: Path) -> None:
    """Its record has no digest: the same folder is taken, another one is not."""
    given_files.require_same(lab(folder, files=""), folder)
    with pytest.raises(HostError):
        given_files.require_same(lab(folder, files=""), tmp_path)


def test_a_file_that_cannot_be_read_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever gives a folder is told which file of it is the trouble."""

    def refuse(self: Path, mode: str) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ConfigError, match=r"--bundle .*calico.yaml: Permission denied"):
        given_files.digest(folder)
