"""Machines that somebody already has."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from labproof.errors import ConfigError, ProvisionError
from labproof.providers.inventory import InventoryLab


@pytest.fixture
def ssh_port() -> Iterator[int]:
    """The port of something that greets as an SSH server does."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        stop = threading.Event()
        thread = threading.Thread(target=_greet, args=(server, stop))
        thread.start()
        yield server.getsockname()[1]
        stop.set()
        thread.join()


def _greet(server: socket.socket, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            connection, _ = server.accept()
        except TimeoutError:
            continue
        with connection:
            connection.sendall(b"SSH-2.0-test\r\n")


def _written(folder: Path, text: str) -> Path:
    path = folder / "machines.toml"
    path.write_text(text)
    return path


def test_machines_that_answer_are_up(tmp_path: Path, ssh_port: int) -> None:
    """Both machines greet: the lab is up and says how they are reached."""
    port = f"port = {ssh_port}\n"
    text = f'[master]\nhost = "127.0.0.1"\n{port}[node]\nhost = "localhost"\n{port}'
    lab = InventoryLab.read(_written(tmp_path, text))
    lab.up(lambda line: None)
    master, node = lab.endpoints()
    assert (master.name, master.host, master.port, master.user) == ("master", "127.0.0.1", ssh_port, "root")
    assert (master.address, node.address) == ("192.168.200.10", "192.168.200.20")


def test_a_machine_that_does_not_answer_is_named(tmp_path: Path, ssh_port: int) -> None:
    """The silent machine, and only it, is in the message."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = server.getsockname()[1]
    text = f'[master]\nhost = "127.0.0.1"\nport = {ssh_port}\n[node]\nhost = "127.0.0.1"\nport = {closed}\n'
    with pytest.raises(ProvisionError) as raised:
        InventoryLab.read(_written(tmp_path, text)).up(lambda line: None)
    assert f"node: expected SSH on 127.0.0.1 port {closed}" in str(raised.value)
    assert "master:" not in str(raised.value)


def test_an_unknown_key_is_an_error(tmp_path: Path) -> None:
    """A misspelt key is named with its machine."""
    text = '[master]\nhost = "a"\nusr = "root"\n[node]\nhost = "b"\n'
    with pytest.raises(ConfigError, match=r"master\.usr: unknown key"):
        InventoryLab.read(_written(tmp_path, text))


def test_a_missing_machine_and_a_bad_port_are_reported_together(tmp_path: Path) -> None:
    """All problems come at once."""
    with pytest.raises(ConfigError) as raised:
        InventoryLab.read(_written(tmp_path, '[master]\nhost = "a"\nport = 0\n'))
    assert len(raised.value.problems) == 2


def test_a_key_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """The file that is missing is named before anything is asked of a machine."""
    text = '[master]\nhost = "a"\nkey = "/no/such/key"\n[node]\nhost = "b"\n'
    with pytest.raises(ConfigError, match=r"master\.key: no such file: /no/such/key"):
        InventoryLab.read(_written(tmp_path, text))


def test_the_password_is_not_shown(tmp_path: Path) -> None:
    """An endpoint can be printed without telling its password."""
    text = '[master]\nhost = "a"\npassword = "very-secret"\n[node]\nhost = "b"\n'
    lab = InventoryLab.read(_written(tmp_path, text))
    assert "very-secret" not in repr(lab.endpoints())


def test_the_same_machines_are_the_same_lab(tmp_path: Path) -> None:
    """The identity depends on where the machines are, and on nothing else."""
    text = '[master]\nhost = "a"\n[node]\nhost = "b"\n'
    first = InventoryLab.read(_written(tmp_path, text)).describe("handout").identity
    assert InventoryLab.read(_written(tmp_path, text)).describe("handout").identity == first
    other = InventoryLab.read(_written(tmp_path, text.replace('"b"', '"c"'))).describe("handout").identity
    assert other != first
