"""The author's commands: what they leave behind where a signal ends them, and what a course brings along."""

import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from labproof.cli import main
from labproof.commands import author
from labproof.connection import foresight
from labproof.ground.exit_status import ExitStatus
from labproof.proving import vm_check
from labproof.records.evidence import EvidenceLog
from labproof.records.model import Mode
from labproof.records.store import create
from labproof.session import questions
from tests.golden import samples


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_machines_are_taken_down_whatever_ends_their_proof(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """A signal, such as that of a closed terminal, ends the proof as Ctrl-C does: in order, and told as that."""
    ended: list[str] = []
    # Whoever has started the tests may ignore it, as `nohup` does, and what is ignored stays so.
    before = signal.signal(number, signal.SIG_DFL)

    def come_up(self: vm_check.VmCheck) -> None:
        os.kill(os.getpid(), number)

    monkeypatch.setattr(vm_check.VmCheck, "_go_through", come_up)
    monkeypatch.setattr(vm_check.VmCheck, "_take_down", lambda self: ended.append("taken down"))
    done = CliRunner().invoke(main, ["author", "vm-check"])
    signal.signal(number, before)
    assert (done.exit_code, ended) == (ExitStatus.INTERRUPTED, ["taken down"])
    assert "stay as they are" not in done.output


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where runs go."""
    monkeypatch.setenv("LABPROOF_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


@pytest.mark.parametrize(
    ("mode", "asked"),
    [(Mode.PERFORM, "expected a run that only verifies"), (Mode.VERIFY, "expected a finished lab")],
)
def test_questions_come_of_a_finished_lab_alone(
    runs: Path, monkeypatch: pytest.MonkeyPatch, mode: Mode, asked: str
) -> None:
    """Who performs asks what a finished lab is never asked, and a lab that is not finished was not asked everything."""
    monkeypatch.setattr(author, "run_course", lambda *_: ExitStatus.LOST)
    folder = create(mode, runs)
    log = EvidenceLog(folder.evidence)
    log.append(machine="master", kind="command", request="id", purpose="observe", started="", seconds=0.0, status=0)
    log.close()
    folder.save(replace(samples.FULL, run=folder.path.name, mode=mode, evidence_head=log.head))
    done = CliRunner().invoke(main, ["author", "questions", folder.path.name, "--out", str(runs / "questions.json")])
    assert (done.exit_code, asked in done.output) == (ExitStatus.USAGE, True), done.output
    assert not (runs / "questions.json").exists()


def test_questions_that_cannot_be_read_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A course may have no such file; one that says nothing is told with its name and the way to mend it."""
    monkeypatch.setattr(questions, "of_course", lambda: tmp_path / "questions.json")
    assert questions.problems() == []
    (tmp_path / "questions.json").write_text('[{"machine": "master"}]')
    (problem,) = questions.problems()
    assert problem.startswith(f"{tmp_path / 'questions.json'}: expected the questions of a grading")
    assert "labproof author questions" in problem


def test_questions_of_this_course_can_be_read() -> None:
    """The course comes with what a finished lab is asked, on both machines."""
    assert questions.problems() == []
    assert {question.machine for question in foresight.load(questions.of_course())} == {"master", "node"}
