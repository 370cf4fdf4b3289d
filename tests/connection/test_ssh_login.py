"""Being let in over SSH: with what, and how long it is waited for."""

import socket
from pathlib import Path

import pytest

from labproof.connection import ssh as module
from labproof.connection.ssh import Ssh
from labproof.ground import known_silent
from labproof.ground.errors import Unreachable
from labproof.ground.wait import Deadline
from tests.connection.shell_server import ShellServer
from tests.connection.test_ssh import run


@pytest.mark.parametrize("has_key", [True, False])
def test_password_lets_in_where_no_key_does(key_file: Path, has_key: bool) -> None:
    """The password of an inventory is used to log in when there is no key, or the key is not let in."""
    server = ShellServer(password="open sesame")
    shell = Ssh("master", "127.0.0.1", server.port, "root", key_file if has_key else None, "open sesame")
    wrong = Ssh("master", "127.0.0.1", server.port, "root", key_file, "sesame")
    try:
        assert run(shell, "echo in").output == "in\n"
        with pytest.raises(Unreachable) as raised:
            run(wrong, "echo in")
        assert "sesame" not in str(raised.value)
    finally:
        shell.close()
        wrong.close()
        server.close()


def test_slow_login_is_waited_for(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that takes the connection at once may take longer to let us in than to be reached."""
    monkeypatch.setattr(module, "CONNECT_SECONDS", 0.5)
    server = ShellServer(delay=1.0)
    shell = Ssh("master", "127.0.0.1", server.port, "root", key_file)
    assert shell.open() == ""
    shell.close()
    monkeypatch.setattr(module, "LOGIN_SECONDS", 0.7)
    assert "let nobody in for 1 s: its sshd may wait for a name server" in shell.open()
    server.close()


def test_who_was_waited_for_is_not_waited_for_again(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that has kept silent already gets a moment, and is told to be silent for as long as it was in all."""
    monkeypatch.setenv(known_silent.VARIABLE, known_silent.told({"master": 45}))
    with socket.create_server(("127.0.0.1", 0)) as server:
        shell = Ssh("master", "127.0.0.1", server.getsockname()[1], "root", key_file)
        waited = Deadline(10)
        assert "let nobody in for 46 s" in shell.open()
        assert waited.elapsed < 8
    awake = ShellServer()
    for name in ("master", "node"):
        shell = Ssh(name, "127.0.0.1", awake.port, "root", key_file)
        assert shell.open() == ""
        shell.close()
    awake.close()
