"""The machines of a Vagrant folder, or of what `vagrant ssh-config` once said of it.

A Vagrantfile is a program in Ruby: whoever may write it decides what runs here as soon as Vagrant looks at it. So
Vagrant is started only in a folder that nobody but the person who grades can write, and a text is never more than read.
"""

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from labproof.ground.errors import ConfigError, ProvisionError
from labproof.ground.plain_file import open_plain
from labproof.host.command import run_checked
from labproof.providers.inventory_file import Inventory, InventoryMachine

LIMIT = 1024 * 1024
"""Bytes of ssh settings that are read."""

SECONDS = 60.0
"""How long Vagrant may take to say how the machines of a folder are reached."""

_VAGRANTFILE = "Vagrantfile"
_SAVE = "save what `vagrant ssh-config` says as a file, and name that"
_SETTINGS = {"hostname": "host", "port": "port", "user": "user", "identityfile": "key"}


def read(place: Path, names: Sequence[str]) -> Inventory:
    """Return the machines of a folder, or of a file with its ssh settings. Raises ConfigError with what is wrong."""
    try:
        text = _asked(place) if place.is_dir() else _saved(place)
    except ProvisionError as problem:
        said = "; ".join(line.strip() for line in str(problem).splitlines())
        raise ConfigError([f"{place}: {said}; try: vagrant up in that folder"]) from problem
    found = {settings.pop("name"): settings for settings in _blocks(text)}
    if missing := [name for name in names if "host" not in found.get(name, {})]:
        known = ", ".join(sorted(found)[:20]) or "none"
        raise ConfigError([f"{place}: Vagrant names no machine {missing[0]!r}, it has: {known}; start or rename it"])
    machines = {}
    for name in names:
        one = found[name]
        if not (port := one.get("port", "22")).isascii() or not port.isdigit() or not 0 < int(port[:6]) < 65536:
            raise ConfigError([f"{place}: {name}: expected a port from 1 to 65535, found {port[:80]!r}"])
        key = Path(one["key"]) if "key" in one else None
        user = one.get("user", "vagrant")
        # A relative path is one of whoever saved the text.
        machines[name] = InventoryMachine(
            host=one["host"], port=int(port), user=user, key=place.parent / key if key else None
        )
    return Inventory(machines)


def _saved(place: Path) -> str:
    try:
        with open_plain(place, LIMIT, _SAVE) as file:
            return file.read(LIMIT).decode("utf-8", "replace")
    except FileNotFoundError:
        raise ConfigError([f"{place}: no such folder, and no such file; check the path"]) from None
    except ValueError as problem:
        raise ConfigError([f"{str(place)!r}: {problem}; check the path"]) from None


def _asked(folder: Path) -> str:
    if not (folder / _VAGRANTFILE).is_file():
        # Vagrant would look in the folders above.
        raise ConfigError([f"{folder}: no {_VAGRANTFILE} in it; name the folder of the lab, or {_SAVE}"])
    for path in (folder, folder / _VAGRANTFILE, folder / ".vagrant"):
        if path.exists() and (problem := _others_reach(path)):
            raise ConfigError(
                [f"{path}: {problem}: a Vagrantfile is a program, and theirs is not run here; have the student {_SAVE}"]
            )
    quiet = {"VAGRANT_CHECKPOINT_DISABLE": "1", "LC_ALL": "C.UTF-8"}
    return run_checked(["vagrant", "ssh-config"], seconds=SECONDS, error=ProvisionError, env=quiet, cwd=folder)


def _others_reach(path: Path) -> str:
    """Return who else could have written a file, nothing where nobody could."""
    facts = path.stat()
    if facts.st_uid not in (os.geteuid(), 0):
        return f"it belongs to another user ({facts.st_uid})"
    if facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return f"others may write it (mode {stat.S_IMODE(facts.st_mode):03o})"
    return ""


def _blocks(text: str) -> Iterator[dict[str, str]]:
    """Yield the settings of each host that are of use here; no command that stands among them is looked at."""
    block: dict[str, str] = {}
    for line in text.splitlines():
        word, _, value = line.strip().partition(" ")
        value = value.strip().strip('"')
        if word.lower() == "host":
            if block:
                yield block
            block = {"name": value}
        elif block and value and (key := _SETTINGS.get(word.lower())):
            block.setdefault(key, value)
    if block:
        yield block
