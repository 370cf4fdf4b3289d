"""What is kept of a hand-in's own words: what judging needs, and nothing that could earn a point."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from labproof.handins import finding, unpacking
from labproof.handins.archive import RESULT, Unfit
from labproof.handins.unpacking import Recording
from labproof.records.model import FINISHED, HandIn, Mode
from tests.handins import samples
from tests.handins.samples import files, packed, put

CAME = HandIn("a.zip", "s001")


def unpacked(root: Path, **changed: Any) -> Recording:
    """Unpack a hand-in whose manifest says these things, after its files were packed."""
    if not (root / "in" / "a.zip").exists():
        put(root, "in/a.zip", samples.hand_in(said=changed))
    (found,) = finding.find(root / "in")
    return unpacking.unpack(found, unpacking.read_manifest(found), CAME, root / "out")


def test_nothing_is_kept_of_outcomes_and_identities(tmp_path: Path) -> None:
    """Sections, who did what and the lab's identity are left out: the evidence alone says them."""
    run = unpacked(tmp_path).folder.load()
    assert (run.sections, run.mode, run.ended, run.weights) == ((), Mode.VERIFY, FINISHED, None)
    assert (run.lab.cluster, run.lab.identity) == ({}, "")
    assert set(run.lab.machines["master"]) == {"address", "role", "cpus", "memory"}
    assert run.source
    assert run.source.hand_in == CAME


def test_words_without_end_are_cut(tmp_path: Path) -> None:
    """A name of a run of a million letters goes into no report."""
    assert len(unpacked(tmp_path, run="x" * 500_000).folder.load().run) == 300


@pytest.mark.parametrize(
    ("mode", "words"), [("perform", "in which Labproof itself did the work"), ("demo", "on no machine")]
)
def test_work_of_labproof_is_no_hand_in(tmp_path: Path, mode: str, words: str) -> None:
    """What Labproof has done, or only shown, is nobody's work."""
    with pytest.raises(Unfit, match=words):
        unpacked(tmp_path, mode=mode)


def test_hand_in_of_another_course_is_told_as_that(tmp_path: Path) -> None:
    """Whose machines are none of this course's has handed in another course's work."""
    lab = replace(samples.recorded()[1].lab, machines={"box": {"address": "192.168.200.10"}})
    with pytest.raises(Unfit, match="it is of another course: expected the machines master, node, found 'box'"):
        unpacked(tmp_path, lab=lab)


def test_result_that_was_changed_or_is_gone_is_a_question(tmp_path: Path) -> None:
    """The digest in the manifest tells a result that was exchanged; without one there is nothing to compare."""
    own = files()
    put(tmp_path, "in/a.zip", packed({**own, RESULT: own[RESULT] + b" "}))
    assert unpacked(tmp_path).questions == ("its result.json was changed after it was packed: by whom?",)
    put(tmp_path, "in/a.zip", packed({name: data for name, data in own.items() if name != RESULT}))
    (found,) = finding.find(tmp_path / "in")
    again = unpacking.unpack(found, unpacking.read_manifest(found), CAME, tmp_path / "again")
    assert "result.json cannot be compared: result.json is missing" in again.questions[0]
