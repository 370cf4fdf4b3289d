"""Results and evidence that somebody edited afterwards."""

import json

import pytest
from click.testing import CliRunner

from labproof.cli import main
from labproof.records import result
from labproof.showing import report


@pytest.fixture
def graded(lab):  # type: ignore[no-untyped-def]
    """A run with a point lost on the node."""
    undo = ("mv /etc/fstab.before /etc/fstab",)
    with lab.made(
        "node", "cp -a /etc/fstab /etc/fstab.before", "echo '/dev/sdb1 none swap sw 0 0' >> /etc/fstab", undo=undo
    ):
        return lab.grade("edited")


def test_changed_evidence_is_noticed(graded) -> None:  # type: ignore[no-untyped-def]
    """Changing one answer in the evidence breaks its chain, and the command says so."""
    evidence = graded.folder / "evidence.jsonl"
    whole = CliRunner().invoke(main, ["verify-evidence", str(graded.folder)])
    evidence.write_text(evidence.read_text().replace("/dev/sdb1 none swap", "#dev/sdb1 none swap"))
    edited = CliRunner().invoke(main, ["verify-evidence", str(graded.folder)])
    assert (whole.exit_code, edited.exit_code) == (0, 1)
    assert "was changed" in edited.output


def test_changed_result_does_not_survive_a_second_grading(graded, lab) -> None:  # type: ignore[no-untyped-def]
    """A result that was edited to a pass is a loss again when the evidence is graded anew."""
    path = graded.folder / "result.json"
    data = json.loads(path.read_text().replace('"failed"', '"passed"'))
    path.write_text(json.dumps(data))
    report.write(result.load(path), graded.folder)
    again = lab.regrade("regraded", graded.folder)
    assert again["base.swap-boot@node"].outcome == "failed"
