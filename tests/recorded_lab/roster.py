"""A roster of recorded labs, as an instructor writes it."""

from collections.abc import Mapping
from pathlib import Path

import paramiko

from tests.recorded_lab.lab import ADDRESSES


def write(folder: Path, students: Mapping[str, tuple[str, Mapping[str, int]]]) -> Path:
    """Write the roster of students by their ids, each with a name and the ports of the machines; return its path."""
    key = folder / "key"
    paramiko.ECDSAKey.generate().write_private_key_file(str(key))
    columns = [f"{name}.{what}" for name in ADDRESSES for what in ("host", "port", "key")]
    lines = [",".join(("id", "name", *columns))]
    for id_, (name, ports) in students.items():
        places = [f"127.0.0.1,{ports[machine]},{key.name}" for machine in ADDRESSES]
        lines.append(",".join((id_, f'"{name}"', *places)))
    path = folder / "class.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
