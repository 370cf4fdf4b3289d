"""The embedded lab of containers."""

from pathlib import Path

import pytest

from labproof.ground.errors import HostError, ProvisionError
from labproof.host import ownership
from labproof.providers import containers, embedded
from labproof.providers.embedded import EmbeddedLab
from labproof.rehearsal.bundle.manifest import Bundle
from tests.rehearsal.given.bundles_given import build_own, images_only


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A computer on which no lab is up."""
    monkeypatch.setenv("LABPROOF_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(containers, "HOME", tmp_path)


def test_a_lab_that_is_not_up_has_no_endpoints() -> None:
    """The first machine that is down is named, and how to bring it up."""
    with pytest.raises(ProvisionError, match="expected master to be up"):
        EmbeddedLab().endpoints()


def test_a_lab_that_was_never_up_has_no_milestones() -> None:
    """Asking is no error."""
    assert EmbeddedLab().milestones() == ()


def test_the_bundle_is_put_where_a_container_may_read_it(tmp_path: Path) -> None:
    """All of its files lie there, and no older ones."""
    source = tmp_path / "bundle"
    source.mkdir()
    for name in ("calico.yaml", "manifest.json"):
        (source / name).write_text(name)
    embedded.staged_bundle().mkdir(parents=True)
    (embedded.staged_bundle() / "old.tar").touch()
    target = embedded.stage(Bundle(source, {"files": [{"name": "calico.yaml"}]}))
    assert {path.name: path.read_text() for path in target.iterdir()} == {
        "calico.yaml": "calico.yaml",
        "manifest.json": "manifest.json",
    }


def machines_are_there(tmp_path: Path, made_with: Path) -> None:
    """Have a lab on this computer that was made with a bundle."""
    for name in ("master", "node"):
        keys = tmp_path / f"labproof-{name}" / "rootfs/etc/ssh/grader_keys"
        keys.parent.mkdir(parents=True)
        keys.touch()
    ownership.claim("lxc", "a-box", str(made_with))


def test_another_bundle_is_another_lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Machines that were made with other files are not given new ones: their milestones would be mixed."""
    monkeypatch.setenv("LABPROOF_CACHE", str(tmp_path / "cache"))
    own = build_own()
    monkeypatch.setenv("LABPROOF_BUNDLE", str(images_only(tmp_path / "given")))
    first = EmbeddedLab().offline(str)
    machines_are_there(tmp_path, first.directory)
    assert EmbeddedLab().offline(str).directory == first.directory
    (tmp_path / "given" / "extra.txt").write_text("one file more")
    with pytest.raises(HostError, match="found a lab that was made with other files\n  try: labproof down first"):
        EmbeddedLab().offline(str)
    ownership.claim("lxc", "a-box", str(own))
    with pytest.raises(HostError, match="found a lab that was made with the rehearsal's own files"):
        EmbeddedLab().offline(str)


def test_machines_keep_their_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lab that was made with a given bundle keeps it, and its profile, when none is given any more."""
    monkeypatch.setenv("LABPROOF_CACHE", str(tmp_path / "cache"))
    own = build_own()
    assert (EmbeddedLab().offline(str).directory, EmbeddedLab().profile) == (own, "rehearsal")
    monkeypatch.setenv("LABPROOF_BUNDLE", str(images_only(tmp_path / "given")))
    first = EmbeddedLab().offline(str)
    monkeypatch.delenv("LABPROOF_BUNDLE")
    machines_are_there(tmp_path, first.directory)
    assert (EmbeddedLab().offline(str).directory, EmbeddedLab().profile) == (first.directory, "official")
