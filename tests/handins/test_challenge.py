"""An assignment's files: who may read them, what stays when they are made again, and what is refused."""

import stat
from pathlib import Path

import pytest

from labproof.ground.errors import ConfigError
from labproof.handins import challenge
from tests.handins.samples import students

COURSE = ("course", "d" * 64)
CLOSES = "2026-12-01T23:59+08:00"


def test_secrets_are_for_one_alone(tmp_path: Path) -> None:
    """The instructor's file and each student's can be read by their owner only; no two secrets are the same."""
    made, new = challenge.make(tmp_path / "a", students("s001", "学号 2"), COURSE, "r", CLOSES)
    files = [tmp_path / "a" / challenge.SECRETS, *(tmp_path / "a" / challenge.STUDENTS).iterdir()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert {path.name for path in files[1:]} == {"assignment-s001.toml", "assignment-学号_2.toml"}
    assert len({one.secret for one in made.student}) == new == 2


def test_no_file_is_another_students(tmp_path: Path) -> None:
    """Ids that differ in nothing but what a file's name should not hold have a file each, with their own secret."""
    made, _ = challenge.make(tmp_path, students("a b", "a_b", "A+b", "c d"), COURSE, "r", CLOSES)
    tasks = [challenge.load_task(path) for path in (tmp_path / challenge.STUDENTS).iterdir()]
    assert {task.student: task.secret for task in tasks} == {one.id: one.secret for one in made.student}
    assert (tmp_path / challenge.STUDENTS / "assignment-c_d.toml").is_file()


def test_each_student_gets_what_the_instructor_keeps(tmp_path: Path) -> None:
    """Both files are read back as they were made, and a student's holds no other one's secret."""
    made, _ = challenge.make(tmp_path, students("s001", "s002"), COURSE, "r", CLOSES)
    assert challenge.load(tmp_path / challenge.SECRETS) == made
    path = tmp_path / challenge.STUDENTS / "assignment-s001.toml"
    task, own, other = challenge.load_task(path), made.secret("s001"), made.secret("s002")
    assert own
    assert other
    assert (task.student, task.secret, task.assignment) == ("s001", own.secret, made.assignment)
    assert other.secret not in path.read_text()


def test_made_again_it_keeps_what_was_given_out(tmp_path: Path) -> None:
    """A student who comes later gets a secret, the others keep theirs, and the closing time may move."""
    first, _ = challenge.make(tmp_path, students("s001"), COURSE, "r", CLOSES)
    second, new = challenge.make(tmp_path, students("s001", "s002"), COURSE, "r", "2026-12-02T12:00Z")
    assert (second.assignment, second.made, second.student[0]) == (first.assignment, first.made, first.student[0])
    assert new == 1
    assert second.closes == "2026-12-02T12:00:00+00:00"


@pytest.mark.parametrize("text", ["2026-12-01", "2026-12-01T23:59", "tomorrow", "", "9999-12-31T23:59:59-23:59"])
def test_closing_time_says_its_zone(text: str) -> None:
    """A time without its zone closes at another moment for whoever is elsewhere: it is refused."""
    with pytest.raises(ConfigError, match="--closes: expected a time with its zone"):
        challenge.closing(text)


def test_secret_that_is_wrong_is_not_shown(tmp_path: Path) -> None:
    """A file that was damaged is named with its key; what may be a secret stays out of the message."""
    challenge.make(tmp_path, students("s001"), COURSE, "r", CLOSES)
    path = tmp_path / challenge.STUDENTS / "assignment-s001.toml"
    path.write_text(path.read_text().replace('secret = "', 'secret = "q'))
    with pytest.raises(ConfigError) as refused:
        challenge.load_task(path)
    assert "secret: " in str(refused.value)
    assert challenge.load(tmp_path / challenge.SECRETS).student[0].secret not in str(refused.value)
