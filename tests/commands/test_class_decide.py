"""`labproof class decide`, and what decisions do to the commands of a class."""

import datetime
import re
from pathlib import Path

from click.testing import CliRunner, Result

from labproof.cli import main
from labproof.gradebook import decision_template
from labproof.gradebook.decisions import NAME
from labproof.ground import language
from labproof.ground.exit_status import ExitStatus
from tests.commands.test_class_report import report

DAY = datetime.date(2026, 1, 1)


def labproof(*arguments: str) -> Result:
    """Run a command of a class."""
    return CliRunner().invoke(main, ["class", *arguments])


def test_file_to_start_from_decides_nothing(tmp_path: Path) -> None:
    """The file that is begun counts for nothing as it stands, and for all of it once its marks are removed."""
    report(tmp_path, "graded", "graded")
    before = (tmp_path / "exports" / "gradebook.csv").read_bytes()
    assert labproof("decide", str(tmp_path)).output.strip() == str(tmp_path / NAME)
    assert labproof("report", str(tmp_path)).exit_code == ExitStatus.FULL
    assert (tmp_path / "exports" / "gradebook.csv").read_bytes() == before
    text = (tmp_path / NAME).read_text()
    entries = re.sub(r"^# (?=\[\[|[a-z_]+ = )", "", text, flags=re.MULTILINE)
    # Each of them is about the same criterion.
    (tmp_path / NAME).write_text(re.sub(r"\[\[(waiver|drop)\]\][^\[]*", "", entries))
    assert labproof("report", str(tmp_path)).exit_code == ExitStatus.FULL
    assert (tmp_path / "exports" / "gradebook.csv").read_bytes() != before


def test_file_to_start_from_speaks_its_readers_language(tmp_path: Path) -> None:
    """What the file says of itself is in the language that is asked for; what a program reads of it is not."""
    report(tmp_path, "graded")
    written = []
    for spoken in ("en", "zh"):
        with language.spoken(spoken):
            written.append(decision_template.write(tmp_path, DAY).read_text(encoding="utf-8"))
        (tmp_path / NAME).unlink()
    english, chinese = ([line for line in text.splitlines() if line.startswith("# ")] for text in written)
    told = 6
    assert english[told:] == chinese[told:]
    assert all(re.search("[\u4e00-\u9fff]", line) for line in chinese[:told])
    assert chinese[1] == f"# `labproof class report {tmp_path.name}` 会把它计入。"


def test_file_that_is_there_is_kept(tmp_path: Path) -> None:
    """A file of decisions is never overwritten."""
    report(tmp_path, "graded")
    (tmp_path / NAME).write_text("# mine")
    said = labproof("decide", str(tmp_path))
    assert (said.exit_code, "it is there already" in said.output) == (ExitStatus.USAGE, True)
    assert (tmp_path / NAME).read_text() == "# mine"


def test_wrong_decisions_are_a_usage_error(tmp_path: Path) -> None:
    """Decisions that cannot be followed end the report with each problem, and the old page stays."""
    report(tmp_path, "graded")
    page = (tmp_path / "index.html").read_bytes()
    (tmp_path / NAME).write_text("[[drop]]\n")
    said = labproof("report", str(tmp_path))
    assert said.exit_code == ExitStatus.USAGE
    assert "drop 1: criterion: missing" in said.output
    assert "drop 1: reason: missing" in said.output
    assert (tmp_path / "index.html").read_bytes() == page


def test_wrong_decisions_are_told_before_a_class_is_graded(tmp_path: Path) -> None:
    """Before the first connection `class grade` reads the decisions: nothing is graded with wrong ones."""
    roster = tmp_path / "roster.csv"
    roster.write_text("id,name,master.host,node.host\n1,Student 1,192.0.2.1,192.0.2.2\n")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / NAME).write_text('[[waiver]]\nstudent = "2"\ncriterion = "docker.fil@master"\n')
    said = labproof("grade", str(roster), "--out", str(tmp_path / "out"))
    assert said.exit_code == ExitStatus.USAGE
    assert "waiver 1: reason: missing" in said.output
    assert not (tmp_path / "out" / "1").exists()
