"""A machine that is this one: its shell and its ports behind a real SSH server."""

from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest

from labproof.connection.ssh import Ssh
from tests.connection.shell_server import ShellServer


@pytest.fixture(scope="session")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("key") / "id_ecdsa"
    paramiko.ECDSAKey.generate().write_private_key_file(str(path))
    return path


@pytest.fixture
def server() -> Iterator[ShellServer]:
    server = ShellServer()
    yield server
    server.close()


@pytest.fixture
def shell(server: ShellServer, key_file: Path) -> Iterator[Ssh]:
    shell = Ssh("master", "127.0.0.1", server.port, "root", key_file)
    yield shell
    shell.close()
