"""The embedded lab of containers."""

from pathlib import Path

import pytest

from labproof.ground.errors import ProvisionError
from labproof.providers import containers, embedded
from labproof.providers.embedded import EmbeddedLab
from labproof.rehearsal.bundle import Bundle


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
