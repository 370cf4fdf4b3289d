"""The box is finished when Vagrant has all of it."""

from pathlib import Path

from labproof.rehearsal.box.build import Box, vagrant_env


def test_a_box_without_its_metadata_is_not_finished(tmp_path: Path) -> None:
    """Vagrant writes the metadata last: a killed build leaves nothing that looks finished."""
    box = Box("labproof-rehearsal-1", tmp_path)
    box.directory.mkdir(parents=True)
    (box.directory / "rootfs.tar.gz").touch()
    assert not box.is_added
    (box.directory / "metadata.json").touch()
    assert box.is_added


def test_vagrant_stays_in_its_own_folder_and_off_the_network(tmp_path: Path) -> None:
    """A person's own Vagrant is not touched, and nobody is asked about new versions."""
    env = vagrant_env(tmp_path)
    assert env["VAGRANT_HOME"] == str(tmp_path)
    assert env["VAGRANT_CHECKPOINT_DISABLE"] == "1"
