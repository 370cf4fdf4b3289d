"""A class of forty over real SSH: thirty-five finished labs, and one of each kind that an instructor meets."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from labproof.connection.foresight import load
from labproof.session.questions import of_course
from tests.recorded_lab import roster
from tests.recorded_lab.answers import finished, recorded
from tests.recorded_lab.lab import RecordedLab

DEADLINE = 20
SCRIPT = "<script>alert(1)</script>"


@dataclass(frozen=True)
class Class:
    """What a grading of the class has left."""

    folder: Path
    status: int
    shown: str

    @property
    def standings(self) -> dict[str, dict[str, Any]]:
        """Return how each student stands, by the id."""
        return {one["id"]: one for one in json.loads((self.folder / "class.json").read_text("utf-8"))["students"]}

    def score(self, id_: str) -> dict[str, Any]:
        """Return the score of a student."""
        path = self.folder / self.standings[id_]["run"] / "result.json"
        return dict(json.loads(path.read_text("utf-8"))["score"])


def hostile(machine: str, line: str, said: str) -> str:
    """Say what a student with root can: a script for a name, a file of 2 MiB."""
    if "/etc/hostname" in line:
        return f"{SCRIPT}\x1b[2J\n"
    return "x" * (2 << 20) if "/etc/fstab" in line else said


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Class]:
    """Forty labs, graded with the command."""
    folder = tmp_path_factory.mktemp("forty")
    with ExitStack() as labs:
        silent = [labs.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1] for _ in range(2)]
        evil = labs.enter_context(RecordedLab(finished(), "evil", hostile, flood="getenforce"))
        half = labs.enter_context(RecordedLab(recorded("broken-base-swap-tab"), "half"))
        ports = {"frozen": dict(zip(("master", "node"), silent, strict=True)), "away": {"master": 1, "node": 2}}
        ports |= {"hostile": evil.ports, "half": half.ports}
        ports |= {f"s{n:03}": labs.enter_context(RecordedLab(finished(), f"lab {n}")).ports for n in range(35)}
        ports["copied"] = labs.enter_context(RecordedLab(finished(), "lab 7")).ports
        students = {id_: (SCRIPT if id_ == "hostile" else f"Student {id_}", at) for id_, at in ports.items()}
        line = ["class", "grade", str(roster.write(folder, students)), "--out", str(folder / "out")]
        done = subprocess.run(
            [sys.executable, "-m", "labproof", *line, "--deadline", str(DEADLINE)],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            env={**os.environ, "LAB_PROFILE": "rehearsal", "LABPROOF_CACHE": str(folder / "cache")},
        )
        yield Class(folder / "out", done.returncode, done.stdout + done.stderr)


def test_each_lab_has_the_right_word(graded: Class) -> None:
    """All that answered are graded; the one that keeps silent and the one that is away were not reached.

    Whether the hostile one is done in time depends on how fast this computer reads what it talks.
    """
    states = {id_: one["state"] for id_, one in graded.standings.items()}
    assert states.pop("hostile") in ("graded", "timeout"), graded.shown
    assert (states.pop("frozen"), states.pop("away")) == ("unreachable", "unreachable"), graded.shown
    assert "let nobody in for" in graded.standings["frozen"]["why"]
    assert (set(states.values()), len(states), graded.status) == ({"graded"}, 37, 3), graded.shown


def test_a_finished_lab_is_full(graded: Class) -> None:
    """Nobody loses a point by the others."""
    scores = [graded.score(f"s{n:03}") for n in range(35)]
    assert {(one["earned"], one["undetermined"]) for one in scores} == {(100, 0)}


def test_questions_come_with_the_course(graded: Class, tmp_path: Path) -> None:
    """Whoever grades for the first time asks at once what a finished lab is asked: all of it, and nothing else."""
    run = graded.folder / graded.standings["s000"]["run"]
    done = subprocess.run(
        [sys.executable, "-m", "labproof", "author", "questions", str(run), "--out", str(tmp_path / "asked.json")],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LABPROOF_RUNS": str(tmp_path / "runs")},
    )
    asked, known = (
        {(q.machine, q.line, q.timeout, q.shell) for q in load(path)} for path in (tmp_path / "asked.json", of_course())
    )
    assert asked == known, f"labproof author questions RUN makes it anew ({done.stderr})"
    assert len(asked) > 50


def test_half_done_lab_loses_what_it_lacks(graded: Class) -> None:
    """A lab that is not quite finished has lost points, all of them seen."""
    score = graded.score("half")
    assert 0 < score["earned"] < 100
    assert score["undetermined"] == 0


def test_copied_lab_is_a_question(graded: Class) -> None:
    """A copied lab is graded, and both are asked about it, nobody else."""
    asked = {id_: " ".join(one["questions"]) for id_, one in graded.standings.items() if one["questions"]}
    assert "master: the machine-id is that of s007 (master), too" in asked["copied"]
    assert "master: the machine-id is that of copied (master), too" in asked["s007"]
    assert list(asked) == ["s007", "copied"]


def test_hostile_lab_costs_nobody_but_itself(graded: Class) -> None:
    """Endless output and a huge file are not seen, what was seen is judged, and nothing of it runs anywhere."""
    score = graded.score("hostile")
    assert (score["undetermined"] > 0, score["lost"] > 0, score["earned"] > 0) == (True, True, True)
    pages = [graded.folder / "index.html", *graded.folder.glob("hostile/runs/*/report.html")]
    assert len(pages) > 1
    assert [page for page in pages if SCRIPT in page.read_text("utf-8")] == []
    assert "\x1b" not in graded.shown
    assert max(file.stat().st_size for file in graded.folder.rglob("hostile/**/*.json*")) < 4 << 20


def test_only_the_unseen_is_asked_again(graded: Class) -> None:
    """Whoever is asked again is asked for what was not seen: the rest is taken over from the run before."""
    told = []
    for first in graded.folder.glob("*/runs/*/result.json"):
        run = json.loads(first.read_text("utf-8"))
        if run["ended"] == "finished" and run["based_on"]:
            told.append((first.parents[2].name, (first.parents[1] / run["based_on"] / "result.json").is_file()))
    assert ("hostile", True) in told, graded.shown
    assert all(is_there for _, is_there in told)
