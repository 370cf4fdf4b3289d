"""Saved states of a lab of containers."""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from labproof.ground.errors import ResetError
from labproof.providers import milestones
from labproof.providers.containers import Container

pytestmark = pytest.mark.skipif(shutil.which("rsync") is None, reason="rsync is not installed")


@dataclass(frozen=True)
class Folder(Container):
    """A container that is nothing but a folder; it notes what was done to it."""

    base: Path = Path()

    @property
    def rootfs(self) -> Path:
        """Return the folder."""
        return self.base / self.machine

    def freeze(self) -> None:
        """Note it."""
        self._note("freeze")

    def thaw(self) -> None:
        """Note it."""
        self._note("thaw")

    def cut_off(self) -> None:
        """Note it."""
        self._note("cut off")

    def _note(self, what: str) -> None:
        with (self.base / "notes").open("a") as notes:
            notes.write(f"{self.machine} {what}\n")


@pytest.fixture
def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Folder]:
    """Two machines with a file each."""
    monkeypatch.setenv("LABPROOF_STATE", str(tmp_path / "state"))
    machines = [Folder("master", tmp_path), Folder("node", tmp_path)]
    for machine in machines:
        machine.rootfs.mkdir()
        (machine.rootfs / "hostname").write_text(machine.machine)
    return machines


def _start(machines: list[Container]) -> None:
    """Start nothing."""


def test_a_milestone_brings_back_what_was_broken(pair: list[Folder]) -> None:
    """A changed, a removed and an added file: after the restore all is as it was saved."""
    root = pair[0].rootfs
    (root / "kept").write_text("kept")
    milestones.save("docker", "lab-1", pair)
    (root / "hostname").write_text("broken")
    (root / "kept").unlink()
    (root / "added").touch()
    milestones.restore("docker", "lab-1", pair, _start)
    assert (root / "hostname").read_text() == "master"
    assert sorted(path.name for path in root.iterdir()) == ["hostname", "kept"]


def test_a_change_within_the_same_second_is_seen(pair: list[Folder]) -> None:
    """Another text of the same length, written in the same second, is brought back too."""
    path = pair[0].rootfs / "hostname"
    os.utime(path, ns=(10**18, 10**18))
    milestones.save("docker", "lab-1", pair)
    path.write_text("mistre")
    os.utime(path, ns=(10**18 + 1, 10**18 + 1))
    milestones.restore("docker", "lab-1", pair, _start)
    assert path.read_text() == "master"


def test_both_machines_stand_still_together(pair: list[Folder], tmp_path: Path) -> None:
    """Both are frozen before either goes on: what is saved is one moment of the lab."""
    milestones.save("docker", "lab-1", pair)
    notes = (tmp_path / "notes").read_text().splitlines()
    assert {line.split()[1] for line in notes[:2]} == {"freeze"}
    assert {line.split()[1] for line in notes[2:]} == {"thaw"}


def test_a_file_that_did_not_change_is_stored_once(pair: list[Folder], tmp_path: Path) -> None:
    """Two milestones share it; neither shares it with the machine, which writes into its files."""
    milestones.save("base", "lab-1", pair)
    milestones.save("docker", "lab-1", pair)
    first, second = (milestones.folder() / name / "master" / "hostname" for name in ("base", "docker"))
    assert first.stat().st_ino == second.stat().st_ino
    assert first.stat().st_ino != (pair[0].rootfs / "hostname").stat().st_ino


def test_milestones_are_listed_oldest_first(pair: list[Folder]) -> None:
    """The names come in the order in which they were saved, of this lab only."""
    for name in ("zebra", "ant"):
        milestones.save(name, "lab-1", pair)
    assert milestones.names("lab-1") == ("zebra", "ant")
    assert milestones.names("lab-2") == ()


def test_a_milestone_of_other_machines_is_refused(pair: list[Folder]) -> None:
    """A lab that was made anew does not get the files of the one before."""
    milestones.save("docker", "lab-1", pair)
    with pytest.raises(ResetError, match="found none"):
        milestones.restore("docker", "lab-2", pair, _start)


def test_a_save_that_was_killed_is_no_milestone(pair: list[Folder]) -> None:
    """Without its label, which comes last, a folder is not offered and not restored."""
    milestones.save("docker", "lab-1", pair)
    (milestones.folder() / "docker" / milestones.LABEL).unlink()
    assert milestones.names("lab-1") == ()
    with pytest.raises(ResetError, match="'docker'"):
        milestones.restore("docker", "lab-1", pair, _start)


def test_a_restore_that_cannot_end_says_so(pair: list[Folder]) -> None:
    """A milestone that has lost a machine fails loudly, and nothing is started."""
    milestones.save("docker", "lab-1", pair)
    shutil.rmtree(milestones.folder() / "docker" / "node")
    started: list[Container] = []
    with pytest.raises(ResetError, match="did not end"):
        milestones.restore("docker", "lab-1", pair, started.extend)
    assert started == []


def test_a_label_names_the_lab_and_its_machines(pair: list[Folder]) -> None:
    """What a milestone belongs to can be read beside it."""
    milestones.save("docker", "lab-1", pair)
    label = json.loads((milestones.folder() / "docker" / milestones.LABEL).read_text())
    assert label == {"identity": "lab-1", "machines": ["master", "node"]}
