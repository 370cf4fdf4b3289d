"""The one table of machines."""

import json
from pathlib import Path

import pytest

from labproof.ground.errors import ConfigError
from labproof.host import table


def test_the_table_has_the_handouts_machines() -> None:
    """Names and addresses are those that the handout gives."""
    rows = {row.name: str(row.address) for row in table.load().machines}
    assert rows == {"master": "192.168.200.10", "node": "192.168.200.20"}


def test_every_machine_can_run_kubeadm() -> None:
    """Two processors and 1700 MiB are what kubeadm asks for."""
    assert all(row.cpus >= 2 and row.memory >= 2048 for row in table.load().machines)


def test_each_machine_has_a_dead_end_of_its_own(tmp_path: Path) -> None:
    """As NAT keeps virtual machines apart; the name of a bridge has 15 characters at most (Linux, IFNAMSIZ)."""
    ends = table.load().dead_ends
    assert ends == ("labproof-nat0", "labproof-nat1")
    assert all(len(end) <= 15 for end in ends)
    path = tmp_path / "machines.json"
    path.write_text('{"network": "10.0.0.0/8", "bridge": {"name": "b", "address": "10.0.0.1"}, "machines": []}')
    assert table.load(path).dead_ends == ()


def test_an_unknown_key_is_an_error(tmp_path: Path) -> None:
    """A misspelt key is named, not ignored."""
    path = tmp_path / "machines.json"
    path.write_text('{"network": "10.0.0.0/8", "bridge": {"name": "b", "address": "10.0.0.1"}, "machine": []}')
    with pytest.raises(ConfigError, match="machine: unknown key"):
        table.load(path)


ROW = {"name": "one", "role": "r", "address": "10.0.0.2", "cpus": 1, "memory": 512}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"cpus": 0}, "cpus"),
        ({"memory": -1}, "memory"),
        ({"name": "two words"}, "name"),
        ({"address": "10.1.0.2"}, "expected addresses in 10.0.0.0/24, found 10.1.0.2"),
        ({"address": "10.0.0.1"}, "10.0.0.1 twice"),
        ({"address": "10.0.0.3"}, "one twice"),
    ],
)
def test_machines_that_cannot_be(tmp_path: Path, change: dict[str, object], said: str) -> None:
    """What no hypervisor makes a machine of, or no network has room for, is named before anything is made."""
    rows = [{**ROW, **change}] if "one twice" not in said else [ROW, {**ROW, **change}]
    path = tmp_path / "machines.json"
    network = {"network": "10.0.0.0/24", "bridge": {"name": "b", "address": "10.0.0.1"}}
    path.write_text(json.dumps({**network, "machines": rows}))
    with pytest.raises(ConfigError, match=said):
        table.load(path)
