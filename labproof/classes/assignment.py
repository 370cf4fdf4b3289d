"""The machines of each student as inventory files, which the gradings of their labs are given."""

import json
import os
from pathlib import Path

from labproof.providers.inventory_file import Inventory, InventoryMachine


def write(inventory: Inventory, path: Path) -> Path:
    """Write an inventory that nobody else may read, for there may be passwords in it; return its path."""
    lines = [line for name, machine in inventory.machines.items() for line in _table(name, machine)]
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    return path


def packed(inventory: Inventory) -> tuple[str, dict[str, bytes]]:
    """Return an inventory that names its keys by their names alone, and those keys, for another computer.

    Raises OSError where a key cannot be read.
    """
    places = {machine.key: f"key-{number}" for number, machine in enumerate(inventory.machines.values()) if machine.key}
    keys = {name: place.expanduser().read_bytes() for place, name in places.items()}
    lines = []
    for name, machine in inventory.machines.items():
        bare = machine.model_copy(update={"key": None})
        lines += _table(name, bare) + ([f"key = {_quoted(places[machine.key])}"] if machine.key else [])
    return "\n".join(lines) + "\n", keys


def _table(name: str, machine: InventoryMachine) -> list[str]:
    texts = {
        "host": machine.host,
        "user": machine.user,
        "key": str(machine.key.expanduser().absolute()) if machine.key else "",
        "password": machine.password,
        "address": machine.address or "",
        "jump": machine.jump or "",
    }
    return [
        f"[{_quoted(name)}]",
        f"port = {machine.port}",
        *(f"{key} = {_quoted(text)}" for key, text in texts.items() if text),
    ]


def _quoted(text: str) -> str:
    # JSON's escapes are TOML's, but for the one control character that JSON leaves as it is.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
