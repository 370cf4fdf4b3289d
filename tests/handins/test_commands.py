"""The commands of an assignment, as an instructor and a student type them."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from labproof.cli import main
from labproof.handins import challenge, finding, manifest, unpacking
from tests.handins import samples
from tests.handins.samples import files, put


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep runs and the current folder within the test's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LABPROOF_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("LABPROOF_COURSE", "")


def labproof(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def assigned(folder: Path, closes: str = "2099-12-01T23:59+08:00") -> Result:
    """Make an assignment from a roster of people alone."""
    roster = put(folder, "roster.csv", "学号,姓名\n001,Student One\n002,Student Two\n".encode())
    return labproof("class", "assignment", "--roster", roster, "--closes", closes, "--out", folder / "a")


def test_assignment_is_made_and_answered(tmp_path: Path) -> None:
    """What the one gives out the other hands in: signed, for that student, and found again."""
    made = assigned(tmp_path)
    assert made.exit_code == 0, made.output
    assert "2 students, 2 of them new" in made.output
    for name, data in files().items():
        put(tmp_path, f"run/{name}", data)
    done = labproof("hand-in", "--run", tmp_path / "run", "--assignment", "a/students/assignment-001.toml")
    assert done.exit_code == 0, done.output
    assert f"to be handed in: hand-in-001-{samples.recorded()[1].run}.zip" in done.output
    (found,) = finding.find(tmp_path / f"hand-in-001-{samples.recorded()[1].run}.zip")
    secret = challenge.load(tmp_path / "a" / challenge.SECRETS).secret("001")
    assert secret
    assert manifest.is_answered(unpacking.read_manifest(found), secret.secret)


def test_late_student_hears_it_at_once(tmp_path: Path) -> None:
    """Who packs after the closing time is told, and gets the file all the same."""
    assigned(tmp_path, "2020-01-01T00:00Z")
    for name, data in files().items():
        put(tmp_path, f"run/{name}", data)
    done = labproof("hand-in", "--run", tmp_path / "run", "--assignment", "a/students/assignment-002.toml")
    assert done.exit_code == 0
    assert "the assignment has closed at 2020-01-01T00:00:00+00:00" in done.output


def test_machines_that_do_not_answer_give_nothing_to_hand_in(tmp_path: Path) -> None:
    """Where the grading comes to no end, nothing is packed, least of all an earlier run."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    table = '[{}]\nhost = "127.0.0.1"\nport = {}\naddress = "127.0.0.{}"\n'
    inventory = put(tmp_path, "i.toml", (table.format("master", port, 2) + table.format("node", port + 1, 3)).encode())
    # In a process of its own: a session of the course is one of pytest.
    argv = [sys.executable, "-m", "labproof.cli", "hand-in", "--inventory", str(inventory), "--out", "h.zip"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=300, env=_environment(), check=False)
    assert done.returncode == 3, done.stderr
    assert "nothing to be handed in" in done.stderr
    assert not (tmp_path / "h.zip").exists()


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "LABPROOF_COURSE"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("hand-in", "--run", "none"), "no run 'none'"),
        (("hand-in", "--run", "none", "--assignment", "x.toml"), "x.toml: no such file"),
        (("class", "assignment", "--roster", "r.csv", "--closes", "soon", "--out", "a"), "r.csv"),
    ],
)
def test_what_is_wrong_is_told(arguments: tuple[str, ...], words: str) -> None:
    """A run or a file that is not there ends with status 2, and its name."""
    done = labproof(*arguments)
    assert done.exit_code == 2
    assert words in done.output
