"""`labproof class regrade`: recorded labs judged by other weights, each for itself, and the class left as it is."""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from labproof.classes import rejudged, what_if
from labproof.gradebook import reading
from labproof.grading import rubric as rubrics
from labproof.grading import weights_file
from labproof.ground.errors import ConfigError
from labproof.records import result
from labproof.records.model import RunRecord
from labproof.records.store import RunFolder
from tests.gradebook import classes

SWAP = "broken-base-swap-tab"
LOST = "base.swap-boot@node"
DECIDED = """
[[override]]
student = "00002"
criterion = "base.swap-boot@node"
percent = 100
reason = "seen to be off"
author = "Instructor 1"
date = 2026-11-25
"""


def lay(folder: Path, number: int, run: RunRecord, evidence: str = SWAP, name: str = "") -> dict[str, Any]:
    """Put a recorded run into a student's folder, and return the student."""
    student = classes.student(number)
    path = folder / student["id"] / "runs" / (name or run.run)
    path.mkdir(parents=True)
    RunFolder(path).save(replace(run, run=path.name))
    shutil.copyfile(classes.RECORDINGS / evidence / "evidence.jsonl", path / "evidence.jsonl")
    return {**student, "run": path.relative_to(folder).as_posix(), "kept": {"by": "somebody else"}}


def weights(path: Path) -> Path:
    """Write weights by which what comes back after a reboot is worth three times as much."""
    text = "\n".join(weights_file.lines(rubrics.load()))
    other = text.replace('"base.swap-boot" = 0.5', '"base.swap-boot" = 1.5').replace(
        '"docker.file" = 1 ', '"docker.file" = 0 '
    )
    assert other.count("= 1.5") > text.count("= 1.5")
    path.write_text(other)
    return path


@dataclass(frozen=True)
class Answer:
    """What a regrade of a class has left, and what it said."""

    folder: Path
    out: Path
    files: dict[Path, bytes]
    done: subprocess.CompletedProcess[str]

    @property
    def listed(self) -> dict[str, dict[str, Any]]:
        """Return the students as the other class has them."""
        return {one["id"]: one for one in json.loads((self.out / "class.json").read_text())["students"]}


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    """Regrade a class: one plain, one with changed evidence, one decided about, one put together, one never graded."""
    root = tmp_path_factory.mktemp("what-if")
    folder, out, swap = root / "class", root / "other", classes.recorded(SWAP)
    students = [lay(folder, number, swap) for number in (0, 1, 2)]
    evidence = folder / students[1]["run"] / "evidence.jsonl"
    evidence.write_bytes(evidence.read_bytes().replace(b"swap", b"swab", 1))
    lay(folder, 3, swap, name="20261125-090000-verify")
    taken = replace(swap, sections=tuple(replace(s, scenarios=tuple(map(_known, s.scenarios))) for s in swap.sections))
    students.append(lay(folder, 3, taken, name="20261125-100000-verify"))
    students.append(classes.student(4, run="", state="unreachable", why="no machine answered", attempts=0))
    (folder / "class.json").write_text(json.dumps(classes.listed(students, rubric="")))
    (folder / "decisions.toml").write_text(DECIDED)
    files = contents(folder)
    argv = [sys.executable, "-m", "labproof", "class", "regrade", str(folder), "--out", str(out)]
    argv += ["--rubric", str(weights(root / "other.toml"))]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=300, check=False)
    return Answer(folder, out, files, done)


def _known(scenario: Any) -> Any:
    return scenario.known_from("20261125-090000-verify") if "swap" in scenario.name.lower() else scenario


def test_class_itself_stays_as_it_is(answer: Answer) -> None:
    """No file of the class is changed, and none is added, by asking what if."""
    assert contents(answer.folder) == answer.files


def test_each_lab_is_judged_by_the_other_weights(answer: Answer) -> None:
    """What a student misses costs what the other rubric says, from the same evidence, and all of that is on disk."""
    run = result.load(answer.out / answer.listed["00000"]["run"] / "result.json")
    (lost,) = [c for c in run.criteria if not c.earned and c.points]
    assert (lost.id, lost.points, run.score.earned) == (LOST, 1.5, 98.5)
    assert run.source is not None
    assert run.source.run == classes.recorded(SWAP).run
    for name in ("what-if.html", "index.html", "00000/report.html", "00000/instructor.html", "exports/gradebook.csv"):
        assert (answer.out / name).is_file()


def test_broken_evidence_is_one_students_question(answer: Answer) -> None:
    """Evidence that was changed is judged for nobody: its student is named with the reason, the others are compared."""
    one = answer.listed["00001"]
    assert (one["run"], one["state"]) == ("", "refused")
    assert "was changed" in one["why"]
    assert "could not be judged anew" in one["questions"][-1]
    assert "not compared: 00001" in answer.done.stdout
    assert answer.done.returncode == 3


def test_decision_goes_through_unharmed(answer: Answer) -> None:
    """The file of decisions goes along byte for byte, and counts by the other weights."""
    assert (answer.out / "decisions.toml").read_text() == DECIDED
    graded = {g.student.id: g for g in reading.load(answer.out, classes.DAY).students}
    assert (graded["00000"].share * 100, graded["00002"].share) == (98.5, 1)
    assert graded["00002"].marks[LOST].outcome == "failed"


def test_run_that_was_put_together_is_put_together_again(answer: Answer) -> None:
    """What a run knows from an earlier one is judged from that one's evidence, and says so."""
    run = result.load(answer.out / answer.listed["00003"]["run"] / "result.json")
    known = {c.id for c in run.criteria if c.as_of == "20261125-090000-verify"}
    assert LOST in known
    assert (run.score.undetermined, run.score.earned) == (0, 98.5)


def test_what_is_known_of_a_student_goes_along(answer: Answer) -> None:
    """Attempts, and what we know nothing of, stand in the other class as in the first; who had no result has none."""
    assert (answer.listed["00000"]["attempts"], answer.listed["00000"]["kept"]) == (1, {"by": "somebody else"})
    assert (answer.listed["00004"]["run"], answer.listed["00004"]["state"]) == ("", "unreachable")


def test_page_names_who_changes(answer: Answer) -> None:
    """The terminal and the page say how many scores change."""
    assert "2 of 3 scores change" in answer.done.stdout
    assert "0 of 0.5" in (answer.out / "what-if.html").read_text()


def question(folder: Path, out: Path, **worth: Any) -> what_if.Question:
    return what_if.ask(folder, out, "digest", worth)


def test_class_is_no_place_for_its_own_answer(answer: Answer, tmp_path: Path) -> None:
    """The answer goes neither into the class nor into another one that was graded."""
    with pytest.raises(ConfigError, match="is the class itself"):
        question(answer.folder, answer.folder)
    (tmp_path / "class.json").write_text("{}")
    with pytest.raises(ConfigError, match="a class that was graded lies there"):
        question(answer.folder, tmp_path)


def test_decisions_that_do_not_fit_are_told_before_anything_is_judged(answer: Answer, tmp_path: Path) -> None:
    """Points that the other rubric does not give are refused with what to do, and a file of its own is followed."""
    folder = tmp_path / "class"
    shutil.copytree(answer.folder, folder)
    (folder / "decisions.toml").write_text(DECIDED.replace("percent = 100", "points = 0.5"))
    less = {LOST: classes.Fraction(1, 4)}
    with pytest.raises(ConfigError, match=r"put decisions.toml for it into"):
        what_if.ask(folder, tmp_path / "out", "digest", less)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "decisions.toml").write_text(DECIDED)
    assert what_if.ask(folder, tmp_path / "out", "digest", less).left


def test_way_out_of_the_folder_is_no_earlier_run(tmp_path: Path) -> None:
    """A result that names an earlier run elsewhere leads nowhere: only runs beside it are judged with it."""
    swap = classes.recorded(SWAP)
    evil = classes.with_criteria(swap, lambda c: replace(c, as_of="../../elsewhere"))
    student = lay(tmp_path, 1, evil)
    (tmp_path / "elsewhere").mkdir()
    assert [one.earlier for one in rejudged.orders("00001", tmp_path / student["run"])] == [""]
