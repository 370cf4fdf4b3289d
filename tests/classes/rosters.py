"""Rosters as people have them, to be read in tests."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from labproof.classes import roster
from labproof.classes.roster import Student
from labproof.ground.errors import ConfigError

MACHINES = ("master", "node")
HEADER = "id,name,email,group,master.host,node.host"


def wide(digits: str) -> str:
    """Return digits as a Chinese keyboard writes them."""
    return "".join(chr(ord(digit) + 0xFEE0) for digit in digits)


def read(folder: Path, data: bytes, name: str = "class.csv") -> tuple[Student, ...]:
    path = folder / name
    path.write_bytes(data)
    return roster.read(path, MACHINES)


def problems(folder: Path, text: str, name: str = "class.csv") -> list[str]:
    with pytest.raises(ConfigError) as refused:
        read(folder, text.encode(), name)
    return [problem.removeprefix(f"{folder / name}: ") for problem in refused.value.problems]


def table(delimiter: str, header: Iterable[str], *rows: Iterable[str], end: str = "\r\n") -> str:
    return "".join(delimiter.join(row) + end for row in (header, *rows))


ENGLISH = ("Student ID", "Full Name", "E-Mail", "Group", "master.host", "node host")
CHINESE = ("学号", "姓名", "邮箱", "组", "master 主机", "node_主机")
ROW = ("0012345", "王磊", "wang@example.cn", "一班", "10.0.0.1", "10.0.0.2")
