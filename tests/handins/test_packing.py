"""Packing a run: the same file for the same run, and no run that could not be judged again."""

import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from labproof.ground.errors import ConfigError
from labproof.handins import archive, challenge, manifest, packing
from labproof.handins.challenge import Task
from labproof.records import result
from labproof.records.model import Mode, Source
from labproof.records.store import RunFolder
from tests.handins import samples
from tests.handins.samples import put, students


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    """Return a run as a student's computer has it."""
    for name, data in samples.files().items():
        if name != manifest.NAME:
            put(tmp_path, f"run/{name}", data)
    return RunFolder(tmp_path / "run")


@pytest.fixture
def task(tmp_path: Path) -> Task:
    """Return an assignment as a student has it."""
    challenge.make(tmp_path / "a", students("s001"), ("c", samples.digest()), "r", "2026-12-01T23:59Z")
    return challenge.load_task(tmp_path / "a" / challenge.STUDENTS / "assignment-s001.toml")


def test_same_run_gives_the_same_file(folder: RunFolder, task: Task, tmp_path: Path) -> None:
    """Packed twice, a run is the same file byte for byte; it holds four files, and is small."""
    first, second = (packing.pack(folder, task, tmp_path / name).read_bytes() for name in ("1.zip", "2.zip"))
    assert first == second
    assert len(first) < 200_000
    with zipfile.ZipFile(tmp_path / "1.zip") as packed:
        assert packed.namelist() == [archive.EVIDENCE, manifest.NAME, archive.REPORT, archive.RESULT]


def test_it_answers_the_assignment(folder: RunFolder, task: Task, tmp_path: Path) -> None:
    """The manifest names student and assignment, and its answer fits the student's secret."""
    with zipfile.ZipFile(packing.pack(folder, task, tmp_path / "h.zip")) as packed:
        said = manifest.read(packed.read(manifest.NAME))
    assert (said.student, said.assignment) == ("s001", task.assignment)
    assert manifest.is_answered(said, task.secret)
    assert said.evidence_head == folder.load().evidence_head


def test_name_is_one_that_no_platform_rewrites(
    folder: RunFolder, task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Letters, digits and dashes alone, whatever an id holds; it lies in the current folder."""
    monkeypatch.chdir(tmp_path)
    odd = task.model_copy(update={"student": "学号 _1 (b)"})
    assert packing.pack(folder, odd, None) == Path(f"hand-in-1-b-{samples.recorded()[1].run}.zip")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"mode": Mode.PERFORM}, "expected a run that graded machines as they are, found one that is a perform"),
        ({"ended": "interrupted"}, "expected a run that came to its end"),
        ({"evidence_head": "0" * 63 + "1"}, "the evidence is not what was written"),
        (
            {"mode": Mode.REGRADE, "source": Source("x", Mode.VERIFY, "h", "r", "", "")},
            "found one that is a regrade",
        ),
    ],
)
def test_run_that_cannot_be_judged_is_not_packed(
    folder: RunFolder, change: dict[str, Any], words: str, tmp_path: Path
) -> None:
    """Where Labproof did the work, where a run was cut short or was changed, a student hears it before handing in."""
    folder.save(replace(folder.load(), **change))
    with pytest.raises(ConfigError, match=words):
        packing.pack(folder, None, tmp_path / "h.zip")
    assert not (tmp_path / "h.zip").exists()


def test_run_that_goes_on_from_another_is_not_packed(folder: RunFolder, tmp_path: Path) -> None:
    """What stands in a result from an earlier run has no evidence here."""
    run = result.load(folder.result)
    first = run.sections[0]
    older = replace(first, scenarios=(first.scenarios[0].known_from("20260101-000000-verify"), *first.scenarios[1:]))
    folder.save(replace(run, sections=(older, *run.sections[1:])))
    with pytest.raises(ConfigError, match="one that goes on from another"):
        packing.pack(folder, None, tmp_path / "h.zip")


def test_missing_report_is_told(folder: RunFolder, tmp_path: Path) -> None:
    """A run without its report is named, with what to do."""
    (folder.path / archive.REPORT).unlink()
    with pytest.raises(ConfigError, match=r"report.html: no such file; grade the whole lab"):
        packing.pack(folder, None, tmp_path / "h.zip")
