"""Students of a roster whose machines are in a Vagrant folder: Vagrant is asked last, when all else is right."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from labproof.classes.entries import Entry
from labproof.ground.errors import ConfigError
from labproof.providers import inventory_file, vagrant_folder
from labproof.providers.inventory_file import Inventory


def inventories(
    places: Sequence[tuple[Entry, Path]], machines: Sequence[str]
) -> tuple[dict[str, Inventory], list[str]]:
    """Return the machines of each student by the row, and what is wrong with them; a folder a CPU is asked at once."""
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        found = list(pool.map(partial(_read, machines), (place for _, place in places)))
    read = {entry.row: one for (entry, _), (one, _) in zip(places, found, strict=True)}
    told = [f"{e.where('vagrant')}: {p}" for (e, _), (_, problems) in zip(places, found, strict=True) for p in problems]
    return read, told


def _read(machines: Sequence[str], place: Path) -> tuple[Inventory, list[str]]:
    try:
        inventory = vagrant_folder.read(place, machines)
    except ConfigError as problem:
        return Inventory({}), problem.problems
    wrong = [
        f"{name}.{problem}" for name, one in inventory.machines.items() for problem in inventory_file.problems_of(one)
    ]
    return inventory, wrong or list(inventory_file.likenesses(inventory))
