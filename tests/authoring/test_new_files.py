"""Files that a course author is given to fill in: with them, and nothing else, a course has one section more."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from labproof.authoring import unfinished
from labproof.authoring.new_files import CourseFolder, new_criterion, new_section
from labproof.authoring.templates import MARK
from labproof.ground.errors import ConfigError
from labproof.ground.places import engine_dir
from labproof.teaching.handout_file import HandoutFile

SECOND = engine_dir() / "tests" / "second_course"


@pytest.fixture
def course(tmp_path: Path) -> CourseFolder:
    """A copy of the second course, which has a folder of its own and nothing of the engine in it."""
    shutil.copytree(SECOND, tmp_path / "course", ignore=shutil.ignore_patterns("__pycache__", "recordings"))
    return CourseFolder(tmp_path / "course", "server")


def collect(course: CourseFolder) -> subprocess.CompletedProcess[str]:
    """Have pytest collect the course, which checks the whole of it first."""
    line = [sys.executable, "-m", "pytest", "features", "--collect-only", "-q", "-p", "no:cacheprovider"]
    environment = {**os.environ, "LABPROOF_COURSE": str(course.root), "LABPROOF_RUNS": str(course.root / "runs")}
    return subprocess.run(
        line, cwd=course.root, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def fill_in(paths: list[Path]) -> None:
    """Write something for everything that is to be filled in, a new thing for each line."""
    for path in paths:
        lines = path.read_text(encoding="utf-8").split("\n")
        filled = [line.replace(MARK, f"filled in {number}") for number, line in enumerate(lines)]
        path.write_text("\n".join(filled), encoding="utf-8")


def test_new_section_only_waits_for_its_author(course: CourseFolder) -> None:
    """What is written passes every check of the course but those that say what is to be filled in, file and line."""
    written = new_section(course, "backup", "Backups")
    done = collect(course)
    assert done.returncode == 2
    said = done.stderr.removeprefix("error: ").strip().splitlines()
    assert len(said) > 5
    assert [line for line in said if MARK not in line] == []
    assert {line.split(":")[0] for line in said} <= {str(path) for path in written}


def test_section_that_is_filled_in_is_there(course: CourseFolder) -> None:
    """Once it is filled in the course has one section more, with no line changed anywhere else."""
    before = {path: path.read_bytes() for path in course.root.rglob("*") if path.is_file()}
    fill_in(new_section(course, "backup", "Backups"))
    done = collect(course)
    assert done.returncode == 0, done.stderr
    assert "test_backups_is_done" in done.stdout
    assert {path for path, was in before.items() if path.read_bytes() != was} == set()


def test_new_criterion_joins_its_section(course: CourseFolder) -> None:
    """A new criterion has its entry, its sentence, its step and a mistake, and only waits for its author."""
    written = new_criterion(course, "web.readable", "visitors may read the page")
    assert [line for line in collect(course).stderr.strip().splitlines() if MARK not in line] == []
    fill_in(written)
    done = collect(course)
    assert done.returncode == 0, done.stderr
    assert "    And visitors may read the page\n" in (course.root / "features" / "01_web.feature").read_text("utf-8")


def test_handout_grows_with_its_course(course: CourseFolder) -> None:
    """Where a course has a handout, a new section gets its file, and a new criterion an instruction to fill in."""
    web = course.root / "exercises" / "01-web" / "handout.toml"
    web.write_text("", encoding="utf-8")
    assert web in new_criterion(course, "web.readable", "visitors may read the page")
    (backup,) = (path for path in new_section(course, "backup") if path.name == "handout.toml")
    assert tomllib.loads(web.read_text("utf-8"))["instruction"][0]["criteria"] == ["web.readable"]
    assert HandoutFile(**tomllib.loads(backup.read_text("utf-8"))).instruction[0].criteria == ("backup.first",)
    assert {path.name for path in (web, backup)} <= {
        Path(p.split(":")[0]).name for p in unfinished.problems(course.root)
    }


@pytest.mark.parametrize("name", ["web", "Web", "a b", "../up", "", "-x", "1st"])
def test_name_that_cannot_be_one_writes_nothing(course: CourseFolder, name: str) -> None:
    """A name that is taken, or none, is refused with what it may be, and nothing is written."""
    before = sorted(course.root.rglob("*"))
    with pytest.raises(ConfigError, match="NAME: "):
        new_section(course, name)
    assert sorted(course.root.rglob("*")) == before


@pytest.mark.parametrize(
    ("id_", "then", "says"),
    [
        ("nope.x", "it holds", "ID: no section 'nope'; there are: web, account"),
        ("web", "it holds", "ID: '' is no name"),
        ("web.page", "it holds", "has a criterion 'web.page' already"),
        ("web.x", 'it says "hello"', "SENTENCE: one line without quotation marks"),
        ("web.x", "two\nlines", "SENTENCE: one line"),
        ("web.x", " ", "SENTENCE: one line"),
    ],
)
def test_criterion_that_cannot_be_one_writes_nothing(course: CourseFolder, id_: str, then: str, says: str) -> None:
    """An id or a sentence that cannot be one is refused with the reason, and nothing is written."""
    before = {path: path.read_bytes() for path in course.root.rglob("*") if path.is_file()}
    with pytest.raises(ConfigError, match=says):
        new_criterion(course, id_, then)
    assert {path: path.read_bytes() for path in course.root.rglob("*") if path.is_file()} == before


def test_shipped_courses_are_finished() -> None:
    """Nothing in the courses of this checkout waits for its author."""
    assert unfinished.problems(engine_dir()) == []
    assert unfinished.problems(SECOND) == []
