"""The door to python-vagrant: errors that it hides are raised as ours."""

from pathlib import Path

import pytest

from labproof.ground.errors import ProvisionError
from labproof.providers.vagrant import Vagrant, parse_ssh_config


@pytest.fixture
def vagrant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vagrant:
    """A door whose vagrant is a script of the test's own."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return Vagrant(tmp_path / "state", tmp_path / "logs" / "vagrant.log", {"LABPROOF_BOX": "a-box"})


def _script(folder: Path, text: str) -> None:
    path = folder / "vagrant"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def test_a_failed_up_shows_the_end_of_the_log(vagrant: Vagrant, tmp_path: Path) -> None:
    """What Vagrant said last, on both of its streams, is in the error, with what to try."""
    _script(tmp_path, "echo importing; echo the bridge is gone >&2; exit 1")
    with pytest.raises(ProvisionError) as raised:
        vagrant.up("lxc")
    for part in (
        "vagrant up --provider=lxc failed with exit status 1",
        "importing",
        "the bridge is gone",
        "labproof down",
    ):
        assert part in str(raised.value)


def test_vagrant_gets_its_settings(vagrant: Vagrant, tmp_path: Path) -> None:
    """Box, data folder and silence towards its makers are in Vagrant's environment."""
    _script(tmp_path, 'echo "$LABPROOF_BOX $VAGRANT_DOTFILE_PATH $VAGRANT_CHECKPOINT_DISABLE $*"')
    vagrant.up("lxc")
    assert vagrant.log.read_text() == f"a-box {tmp_path / 'state'} 1 up --provider=lxc\n"


def test_an_empty_status_is_an_error(vagrant: Vagrant, tmp_path: Path) -> None:
    """No machine at all is what a failure looks like, not a lab without machines."""
    _script(tmp_path, "exit 0")
    with pytest.raises(ProvisionError, match="named no machine"):
        vagrant.states()


def test_a_machine_that_is_not_up_has_no_endpoint(vagrant: Vagrant, tmp_path: Path) -> None:
    """An ssh-config without a host is an error that says what to do."""
    _script(tmp_path, "exit 0")
    with pytest.raises(ProvisionError, match=r"(?s)found no 'HostName'.*labproof up"):
        vagrant.endpoint("master", "192.168.200.10", "root", tmp_path, "")


def test_an_endpoint_is_where_vagrant_says(vagrant: Vagrant, tmp_path: Path) -> None:
    """Host and port are Vagrant's, user and key are ours."""
    _script(tmp_path, "printf 'Host master\\n  HostName 127.0.0.1\\n  Port 2222\\n  User vagrant\\n'")
    endpoint = vagrant.endpoint("master", "192.168.200.10", "root", tmp_path / "key", "secret")
    assert (endpoint.host, endpoint.port, endpoint.user, endpoint.key_file) == (
        "127.0.0.1",
        2222,
        "root",
        tmp_path / "key",
    )


def test_a_computer_without_vagrant_is_told_so(vagrant: Vagrant, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing program is an error of ours."""
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ProvisionError, match="install Vagrant"):
        vagrant.up("lxc")


def test_quotes_of_an_ssh_config_are_taken_off() -> None:
    """A path with blanks is quoted there."""
    assert parse_ssh_config('  IdentityFile "/a b/key"\n')["IdentityFile"] == "/a b/key"
