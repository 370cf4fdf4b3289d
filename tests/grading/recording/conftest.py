"""One small course, and a run of it in which nothing was looked at yet."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from labproof.grading import rubric
from labproof.grading import syllabus as plan
from labproof.grading.surroundings import Surroundings
from labproof.grading.syllabus import Syllabus
from tests.grading.recording.driver import COURSE, Run, start
from tests.tiny_course import write


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Syllabus:
    root = tmp_path_factory.mktemp("course")
    loaded = plan.load(rubric.load(write(root, *COURSE)), root / "features")
    assert loaded.problems() == []
    return loaded


@pytest.fixture
def around() -> Surroundings:
    """What the run asks its surroundings; a test that wants others parametrizes it."""
    return Surroundings()


@pytest.fixture
def run(course: Syllabus, tmp_path: Path, around: Surroundings) -> Iterator[Run]:
    run = start(course, tmp_path, around=around)
    yield run
    run.log.close()
