"""A class of hand-ins, judged from the command line: honest, edited, copied, hostile and missing ones."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from labproof.ground.places import course_dir, engine_dir
from labproof.handins import archive, challenge
from labproof.records import result
from labproof.records.model import Outcome, RunRecord
from tests.handins import samples
from tests.handins.samples import files, hand_in, packed, put

IDS = ("s001", "s002", "s003", "s004", "s005", "s006", "s007", "s008")
SCHEMA = json.loads((engine_dir() / "reports" / "class.schema.json").read_text())


@dataclass(frozen=True)
class Judged:
    """How a class of hand-ins was judged: its folder, what was said, and how it ended."""

    folder: Path
    out: str
    err: str
    status: int
    is_remembered: bool
    """Whether pytest wrote down beside the course what it ran."""

    @property
    def students(self) -> dict[str, dict[str, Any]]:
        """Return what `class.json` says of each student; it always fits its schema."""
        data = json.loads((self.folder / "class.json").read_text(encoding="utf-8"))
        jsonschema.validate(data, SCHEMA)
        return {one["id"]: one for one in data["students"]}

    def run(self, student: str) -> RunRecord:
        """Return the result that counts of a student."""
        return result.load(self.folder / self.students[student]["run"] / "result.json")

    def questions(self, student: str) -> str:
        """Return all that is to be asked about a student."""
        return "\n".join(self.students[student]["questions"])


def labproof(*arguments: object, folder: Path) -> Judged:
    """Run `labproof`, whose class goes into a folder."""
    environment = {**os.environ, "LABPROOF_CACHE": str(folder.parent / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}
    argv = [sys.executable, "-m", "labproof.cli", *map(str, arguments)]
    before = memory()
    done = subprocess.run(argv, capture_output=True, text=True, timeout=600, env=environment, check=False)
    return Judged(folder, done.stdout, done.stderr, done.returncode, memory() != before)


def memory() -> dict[Path, int]:
    """Return when what pytest remembers beside the course was written."""
    return {path: path.stat().st_mtime_ns for path in (course_dir() / ".pytest_cache").rglob("*")}


def everything_passed(run: RunRecord) -> RunRecord:
    """Return a run as a student would like it."""
    return replace(
        run,
        sections=tuple(
            replace(
                section,
                scenarios=tuple(
                    replace(s, criteria=tuple(replace(c, outcome=Outcome.PASSED) for c in s.criteria))
                    for s in section.scenarios
                ),
            )
            for section in run.sections
        ),
    )


def edited(data: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files of a hand-in with one answer changed in the evidence."""
    evidence = data[archive.EVIDENCE].replace(b'"status": 200', b'"status": 201', 1)
    assert evidence != data[archive.EVIDENCE]
    return {**data, archive.EVIDENCE: evidence}


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """Judge a class."""
    root = tmp_path_factory.mktemp("class")
    course = ("labproof", samples.digest())
    task, _ = challenge.make(
        root / "a", samples.students(*IDS), course, "r", samples.after(samples.recorded()[1].finished, seconds=-3900)
    )
    task = task.model_copy(update={"made": "2026-11-25T10:00:00+00:00"})
    entries, claimed = samples.recorded()
    own = {id_: samples.of_another_lab(entries, id_) for id_ in IDS}
    works = {
        "s001": hand_in("s001", task, entries=own["s001"]),
        "s002": packed(edited(files("s002", task, entries=own["s002"]))),
        "s003": packed({archive.EVIDENCE: bytes(20 * archive.MIB)}),
        "s005": hand_in("s005", task, entries=own["s005"], claimed=everything_passed(claimed)),
        "s006": hand_in("s006", task, entries=own["s001"]),
        "s007": hand_in("s007", task, entries=own["s007"], said={"mode": "perform"}),
        "s008": hand_in("s008", task, entries=[{**one, "status": "x"} for one in own["s008"]]),
    }
    for id_, data in works.items():
        put(root, f"in/Student {id_}_1{id_[1:]}_assignsubmission_file/hand-in.zip", data)
    put(root, "in/notes.txt", b"whose is this?")
    secrets = root / "a" / challenge.SECRETS
    secrets.write_text(secrets.read_text().replace(f'made = "{challenge.load(secrets).made}"', f'made = "{task.made}"'))
    roster = put(root, "roster.csv", "\n".join(["id,name", *(f"{i},Student {i}" for i in IDS)]).encode())
    command = ("class", "grade", "--hand-ins", root / "in", "--assignment", secrets, "--roster", roster)
    return labproof(*command, "--out", root / "out", folder=root / "out")


def test_nothing_is_left_beside_the_course(judged: Judged) -> None:
    """A class writes into its own folder: the course may be another one's, or not to be written to."""
    assert not judged.is_remembered


def test_each_student_has_the_right_word(judged: Judged) -> None:
    """Whatever one student hands in, it is judged or refused for that one alone, and the class comes to its end."""
    assert {id_: one["state"] for id_, one in judged.students.items()} == {
        **{"s001": "graded", "s002": "refused", "s003": "refused", "s004": "missing"},
        **{"s005": "graded", "s006": "graded", "s007": "refused", "s008": "refused"},
    }
    why = {id_: one["why"] for id_, one in judged.students.items()}
    assert "was changed: its hash is" in why["s002"]
    assert "a zip bomb" in why["s003"]
    assert "in which Labproof itself did the work" in why["s007"]
    assert "a line is not an entry" in why["s008"]
    assert str(judged.folder.parent) not in "".join(why.values())
    assert "left over: 'notes.txt: not a zip" in judged.err
    assert judged.status == 3


def test_evidence_is_judged_and_no_result_believed(judged: Judged) -> None:
    """A result that was edited to full points changes nothing but for the question that it raises."""
    honest, proud = judged.run("s001"), judged.run("s005")
    assert [c.outcome for c in honest.criteria] == [c.outcome for c in samples.recorded()[1].criteria]
    assert [(c.id, c.outcome, c.points) for c in honest.criteria] == [
        (c.id, c.outcome, c.points) for c in proud.criteria
    ]
    assert "its result.json says 100 points, its evidence gives 99.5: base.swap-boot@node" in judged.questions("s005")
    assert "result.json" not in judged.questions("s001")


def test_copy_is_a_question_to_both(judged: Judged) -> None:
    """Evidence that two have handed in is named for both, and graded for both."""
    for one, other in (("s001", "s006"), ("s006", "s001")):
        assert f"the evidence, moment by moment, is that of {other}, too" in judged.questions(one)
        assert f"machine-id is that of {other}" in judged.questions(one)
    assert "moment by moment" not in judged.questions("s005")
    assert "machine-id is" not in judged.questions("s005")


def test_report_says_where_the_evidence_was_made(judged: Judged) -> None:
    """The header of each report tells what the hand-in proves, and how late it was."""
    run = judged.run("s001")
    assert run.source
    assert run.source.hand_in
    assert (run.source.hand_in.student, run.source.hand_in.doubt) == ("s001", "")
    page = (judged.folder / judged.students["s001"]["run"] / "report.html").read_text()
    for words in ("made on the student", "s own computer, and judged here anew", "bound to s001 and to assignment"):
        assert words in page
    assert "late: 1 h 5 min after the closing time" in page
    assert judged.students["s001"]["late"] == 3900
    assert "late: 1 h 5 min after the closing time" in judged.questions("s001")


def test_page_and_gradebooks_are_written(judged: Judged) -> None:
    """What other systems import stands beside the page, as for a class that was graded on its machines."""
    assert (judged.folder / "index.html").is_file()
    gradebook = (judged.folder / "exports" / "gradebook.csv").read_text(encoding="utf-8-sig")
    assert "nothing was handed in" in gradebook
    assert "the hand-in could not be judged" in gradebook
    assert "3 of 8 scores are final" in judged.out


def test_run_can_be_judged_and_verified_again(judged: Judged) -> None:
    """A new run is a run like any other: its evidence is whole, and verifies."""
    run = judged.folder / judged.students["s001"]["run"]
    again = labproof("verify-evidence", run, folder=judged.folder)
    assert again.status == 0, again.out


def test_going_on_keeps_what_was_asked(judged: Judged) -> None:
    """With --resume nothing is judged twice, and questions and lateness stay."""
    before = judged.students
    root = judged.folder.parent
    command = ("class", "grade", root / "roster.csv", "--hand-ins", root / "in", "--resume")
    secrets = root / "a" / challenge.SECRETS
    again = labproof(*command, "--assignment", secrets, "--out", judged.folder, folder=judged.folder)
    assert "s001 Student s001: graded" not in again.out
    # What could not be judged is tried again, which its history tells.
    bare = [{id_: {**one, "history": []} for id_, one in found.items()} for found in (again.students, before)]
    assert bare[0] == bare[1]
    graded = [id_ for id_, one in before.items() if one["state"] == "graded"]
    assert graded
    assert all(again.students[id_] == before[id_] for id_ in graded)


def test_instructors_rubric_is_the_one_that_counts(tmp_path: Path) -> None:
    """With a file of weights every hand-in is judged by those, whatever it was graded by."""
    weights = put(tmp_path, "weights.toml", b'total = 199\n[points]\n"base.swap-boot" = 50\n')
    put(tmp_path, "in/Student One_1_assignsubmission_file/h.zip", hand_in())
    done = labproof(
        *("class", "grade", "--hand-ins", tmp_path / "in", "--rubric", weights, "--out", tmp_path / "out"),
        folder=tmp_path / "out",
    )
    assert done.status == 1, done.err
    run = done.run("Student One")
    assert (run.score.lost, run.score.possible) == (50, 199)
    assert run.weights
    assert run.weights.file == "weights.toml"


def test_disk_that_takes_no_more_is_told_in_a_sentence(tmp_path: Path) -> None:
    """Where the class's own file cannot be written, one line says so, and what to do; no way through pytest."""
    put(tmp_path, "in/Student One_1_assignsubmission_file/h.zip", hand_in())
    (tmp_path / "out" / "class.json.new").mkdir(parents=True)
    done = labproof(
        *("class", "grade", "--hand-ins", tmp_path / "in", "--out", tmp_path / "out"), folder=tmp_path / "out"
    )
    assert done.status == 3
    assert "class.json cannot be written (Is a directory); free some space or correct its rights" in done.err
    assert "INTERNALERROR" not in done.out + done.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--hand-ins", "{}/none"), "no such folder"),
        ((), "give ROSTER, or --hand-ins"),
        (("{}/r.csv", "--assignment", "x"), "give ROSTER, or --hand-ins"),
        (("--hand-ins", "{}", "--assignment", "{}/no.toml"), "no.toml: no such file"),
    ],
)
def test_what_cannot_be_done_is_told_first(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    """Options that do not fit together and folders that are not there end before anything is judged."""
    told = [argument.format(tmp_path) for argument in arguments]
    done = labproof("class", "grade", *told, "--out", tmp_path / "out", folder=tmp_path / "out")
    assert done.status == 2
    assert words in done.err
