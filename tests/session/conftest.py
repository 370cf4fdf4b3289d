"""A small course, and runs that stay away from the checkout's own."""

from dataclasses import replace
from pathlib import Path

import pytest

from labproof.grading import rubric
from labproof.grading import syllabus as plan
from labproof.grading.syllabus import Syllabus
from tests.golden import samples
from tests.tiny_course import Section, criterion, write

COURSE = (
    Section("base", 1, [criterion("base.a", 10), criterion("base.b", 40)]),
    Section("next", 2, [criterion("next.c", 50)], needs=("base",)),
)
LAB = replace(samples.LAB, identity="this very lab")


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the runs of a test away from the checkout's own."""
    monkeypatch.setenv("LABPROOF_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


@pytest.fixture
def course(tmp_path: Path) -> Syllabus:
    return load(tmp_path, *COURSE)


def load(folder: Path, *sections: Section) -> Syllabus:
    return plan.load(rubric.load(write(folder, *sections)), folder / "features")
