"""The machines of a Vagrant folder, with a small program in place of Vagrant."""

import os
from pathlib import Path

import pytest

from labproof.ground.errors import ConfigError
from labproof.providers import vagrant_folder
from labproof.providers.inventory_file import InventoryMachine

NAMES = ("master", "node")
SAID = """\
Host master
  HostName 127.0.0.1
  User vagrant
  Port 2222
  ProxyCommand touch {folder}/ran
  IdentityFile "{folder}/key of master"
  IdentityFile /another

Host node
  HostName 127.0.0.1
  Port 2200
"""


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a Vagrantfile, and a vagrant that says SAID and notes where it ran."""
    folder, programs = tmp_path / "lab", tmp_path / "bin"
    folder.mkdir()
    programs.mkdir()
    (folder / "Vagrantfile").write_text("")
    (programs / "said").write_text(SAID.format(folder=folder))
    program = programs / "vagrant"
    program.write_text(f'#!/bin/sh\npwd >{tmp_path}/where\necho "$*" >>{tmp_path}/where\ncat {programs}/said\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    return folder


def test_folder_of_a_lab(lab: Path, tmp_path: Path) -> None:
    """Vagrant is asked once, in that folder, and nothing that it names is run."""
    found = vagrant_folder.read(lab, NAMES).machines
    assert found == {
        "master": InventoryMachine(host="127.0.0.1", port=2222, user="vagrant", key=lab / "key of master"),
        "node": InventoryMachine(host="127.0.0.1", port=2200, user="vagrant"),
    }
    assert (tmp_path / "where").read_text() == f"{lab}\nssh-config\n"
    assert not (lab / "ran").exists()


def test_saved_settings_are_only_read(lab: Path, tmp_path: Path) -> None:
    """What a student has saved of `vagrant ssh-config` serves as well, and no Vagrant runs."""
    saved = tmp_path / "wang.txt"
    saved.write_text(SAID.format(folder=lab))
    assert vagrant_folder.read(saved, NAMES).machines["master"].port == 2222
    assert not (tmp_path / "where").exists()


@pytest.mark.parametrize("what", [".", "Vagrantfile", ".vagrant"])
def test_program_that_others_can_write_is_not_run(lab: Path, tmp_path: Path, what: str) -> None:
    """A Vagrantfile is a program: in a folder that others can write in, Vagrant is not started."""
    (lab / ".vagrant").mkdir()
    (lab / what).chmod(0o777)
    with pytest.raises(ConfigError, match=r"others may write it \(mode 777\): a Vagrantfile is a program"):
        vagrant_folder.read(lab, NAMES)
    assert not (tmp_path / "where").exists()


def test_program_of_another_user_is_not_run(lab: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Vagrantfile that belongs to a student is not run."""
    owner = lab.stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    if owner != 0:
        with pytest.raises(ConfigError, match="it belongs to another user"):
            vagrant_folder.read(lab, NAMES)
        return
    os.chown(lab / "Vagrantfile", 12345, -1)
    with pytest.raises(ConfigError, match=r"it belongs to another user \(12345\)"):
        vagrant_folder.read(lab, NAMES)
    assert not (tmp_path / "where").exists()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("", "Vagrant names no machine 'master', it has: none; start or rename it"),
        ("Host master\n  HostName a\n", "Vagrant names no machine 'node', it has: master"),
        ("Host master\n HostName a\n Port 0\nHost node\n HostName b\n", "master: expected a port from 1 to 65535"),
    ],
)
def test_what_vagrant_says_is_checked(lab: Path, tmp_path: Path, said: str, told: str) -> None:
    """A machine that is missing and a port that is none are refused."""
    (tmp_path / "bin" / "said").write_text(said)
    with pytest.raises(ConfigError, match=told):
        vagrant_folder.read(lab, NAMES)


def test_vagrant_that_fails(lab: Path, tmp_path: Path) -> None:
    """What Vagrant itself says stands in the error, with what to do."""
    (tmp_path / "bin" / "vagrant").write_text("#!/bin/sh\necho 'the machine is not up' >&2\nexit 1\n")
    with pytest.raises(ConfigError, match="exit status 1; the machine is not up; try: vagrant up in that folder"):
        vagrant_folder.read(lab, NAMES)


def test_folder_without_a_lab(tmp_path: Path) -> None:
    """A folder without a Vagrantfile is refused: Vagrant would take one of the folders above."""
    with pytest.raises(ConfigError, match="no Vagrantfile in it"):
        vagrant_folder.read(tmp_path, NAMES)
    with pytest.raises(ConfigError, match="no such folder, and no such file"):
        vagrant_folder.read(tmp_path / "none", NAMES)
