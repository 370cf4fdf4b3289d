"""The lab's containers as such."""

from pathlib import Path

import pytest

from labproof.providers import containers
from labproof.providers.containers import Container, at_once


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own for containers."""
    monkeypatch.setattr(containers, "HOME", tmp_path)
    # No test may reach a lab that is up on this computer.
    monkeypatch.setattr(containers, "PREFIX", "labproof-test-")
    return tmp_path


def test_a_container_that_is_not_there_is_neither_complete_nor_running() -> None:
    """Nothing is asked of LXC for it."""
    container = Container("master")
    assert not container.exists
    assert not container.is_complete
    assert not container.is_running


def test_a_container_is_complete_when_the_grader_is_let_in(home: Path) -> None:
    """A machine whose provisioning was killed has no key yet."""
    folder = home / "labproof-test-master" / "rootfs" / "etc" / "ssh"
    folder.mkdir(parents=True)
    assert not Container("master").is_complete
    (folder / "grader_keys").touch()
    assert Container("master").is_complete


def test_what_lxc_does_not_know_is_removed_all_the_same(home: Path) -> None:
    """A folder that a killed creation left is taken away."""
    (home / "labproof-test-master" / "rootfs").mkdir(parents=True)
    Container("master").remove()
    assert not (home / "labproof-test-master").exists()


def test_an_error_of_one_container_is_raised() -> None:
    """What fails side by side is not lost."""

    class Failing(Container):
        def thaw(self) -> None:
            raise OSError("no such container")

    with pytest.raises(OSError, match="no such container"):
        at_once([Failing("master")], "thaw")
