"""`labproof class report`: what it writes, says and exits with."""

import json
from pathlib import Path

from click.testing import CliRunner, Result

from labproof.cli import main
from labproof.ground.exit_status import ExitStatus
from labproof.records.store import RunFolder
from tests.gradebook import classes


def report(folder: Path, *states: str) -> Result:
    """Write a class of finished labs with these states, and ask for its report."""
    students = [classes.student(number, state=state, name="\x1b[31m") for number, state in enumerate(states)]
    (folder / "class.json").write_text(json.dumps(classes.listed(students)), encoding="utf-8")
    for student in students:
        path = folder / student["run"]
        path.mkdir(parents=True)
        RunFolder(path).save(classes.recorded("full"))
    return CliRunner().invoke(main, ["class", "report", str(folder)])


def test_final_class(tmp_path: Path) -> None:
    """A class whose scores are all final has its page and its exports, and the status is 0."""
    said = report(tmp_path, "graded", "graded")
    assert said.exit_code == ExitStatus.FULL
    assert "2 of 2 scores are final" in said.output
    assert (tmp_path / "index.html").is_file()
    assert (tmp_path / "exports" / "gradebook.csv").is_file()


def test_class_that_is_not_final(tmp_path: Path) -> None:
    """Who has no final score is named with the reason, and the status says that it is not the students' fault."""
    said = report(tmp_path, "graded", "timeout")
    assert said.exit_code == ExitStatus.OURS
    assert "not final: 00001: grading took too long and was ended" in said.output
    assert "\x1b" not in said.output


def test_folder_that_is_no_class(tmp_path: Path) -> None:
    """A folder without `class.json` is a usage error that names the file, and nothing is written."""
    said = CliRunner().invoke(main, ["class", "report", str(tmp_path)])
    assert said.exit_code == ExitStatus.USAGE
    assert "class.json" in said.output
    assert list(tmp_path.iterdir()) == []
