"""Machines that somebody already has."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from labproof.ground.errors import ConfigError, ProvisionError
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


NODE = '[node]\nhost = "b"\n'


def refusal(folder: Path, text: str) -> str:
    path = _written(folder, text)
    with pytest.raises(ConfigError) as raised:
        InventoryLab.read(path)
    (problem,) = raised.value.problems
    return problem.removeprefix(f"{path}: ")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('host = ""', "master.host: expected a name or an address, found ''"),
        ('host = "root@a"', "master.host: expected a name or an address"),
        ('host = "a:22"', "user and port have keys of their own"),
        ('host = "a b"', "master.host: expected a name or an address"),
        ('host = "a"\nuser = ""', "master.user: expected the name of a user, found ''"),
        ('host = "a"\naddress = "nonsense"', "master.address: expected the machine's IPv4 address in the lab"),
        ('host = "a"\naddress = ""', "master.address: expected the machine's IPv4 address in the lab"),
        ('host = "a"\naddress = "0.0.0.0"', "master.address: expected the machine's IPv4 address in the lab"),
        ('host = "a"\nport = true', "master.port: Input should be a valid integer (found True)"),
        ('host = "a"\nport = "22"', "master.port: Input should be a valid integer (found '22')"),
        ('host = "a"\nkey = "C:\\temp\\name"', "in double quotes \\t is a tab"),
        ('host = "B"', "master and node are both at b port 22: name two machines"),
        ('host = "a"\naddress = "192.168.200.20"', "one address in the lab, 192.168.200.20: give each its own"),
    ],
)
def test_setting_that_cannot_be_used_is_refused(tmp_path: Path, line: str, says: str) -> None:
    """A setting that cannot be what it says is refused by its key, with what was found."""
    assert says in refusal(tmp_path, f"[master]\n{line}\n{NODE}")


@pytest.mark.parametrize("text", ["master:\n  host: a\n", '{"master": {"host": "a"}}', "", "key = 'C:\\x'"])
def test_what_is_no_inventory_is_told_what_one_looks_like(tmp_path: Path, text: str) -> None:
    """YAML, JSON under another name, an empty file and a folder are answered with what an inventory looks like."""
    for path in (_written(tmp_path, text), tmp_path):
        with pytest.raises(ConfigError, match=r"an inventory is TOML with a table for each machine: \[master\]"):
            InventoryLab.read(path)


@pytest.mark.parametrize(
    ("master", "address", "is_direct"),
    [
        ('host = "192.168.7.7"', "192.168.7.7", True),
        ('host = "10.0.0.9"\naddress = "192.168.7.7"', "192.168.7.7", True),
        ('host = "lab.example"\naddress = "192.168.7.7"', "192.168.7.7", True),
        ('host = "lab.example"', "192.168.200.10", False),
        ('host = "127.0.0.1"\nport = 2222', "192.168.200.10", False),
        ('host = "fd00::1"', "192.168.200.10", False),
        ('host = "b"\nport = 2222', "192.168.200.10", False),
    ],
)
def test_only_a_named_address_is_asked_directly(tmp_path: Path, master: str, address: str, is_direct: bool) -> None:
    """The address is the stated one, or the host where that is one; the course's own is never asked directly."""
    end = InventoryLab.read(_written(tmp_path, f"[master]\n{master}\n{NODE}")).endpoints()[0]
    assert (end.address, end.is_direct) == (address, is_direct)


def test_ports_forwarded_at_one_host_are_no_address(tmp_path: Path) -> None:
    """Two logins at one host by different ports: its address is neither machine's."""
    text = '[master]\nhost = "10.0.0.9"\nport = 2201\n[node]\nhost = "10.0.0.9"\nport = 2202\n'
    ends = InventoryLab.read(_written(tmp_path, text)).endpoints()
    assert [(e.address, e.is_direct) for e in ends] == [("192.168.200.10", False), ("192.168.200.20", False)]
