"""The machines of a student as the inventory file that the grading is given."""

from pathlib import Path

from labproof.classes import assignment
from labproof.providers import inventory_file
from labproof.providers.inventory_file import Inventory, InventoryMachine

PASSWORD = 'a"b\\c\x7f\t\x01é学'


def test_inventory_comes_back_as_it_was(tmp_path: Path) -> None:
    """Whatever is in a password, the file says the same, and nobody else may read it."""
    (tmp_path / "key").write_text("")
    machines = {
        "master": InventoryMachine(host="a", port=2201, user="x", key=tmp_path / "key", password=PASSWORD),
        "node": InventoryMachine(host="b", address="10.0.0.2"),
    }
    path = assignment.write(Inventory(machines), tmp_path / "inventory.toml")
    assert inventory_file.read(path).machines == machines
    assert path.stat().st_mode & 0o777 == 0o600
