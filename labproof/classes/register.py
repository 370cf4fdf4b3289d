"""How a class stands: `class.json`, described by `reports/class.schema.json`."""

import dataclasses
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from labproof.ground import shape
from labproof.ground.errors import ConfigError
from labproof.ground.plain_file import open_plain

NAME = "class.json"
SCHEMA_VERSION = 1
LIMIT = 64 * 1024 * 1024
"""Bytes of a register that are read."""


class State(StrEnum):
    """What became of the newest grading of a student's lab."""

    WAITING = "waiting"
    GRADED = "graded"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    BROKEN = "broken"
    MISSING = "missing"
    REFUSED = "refused"

    @property
    def is_attempt(self) -> bool:
        """Tell whether such a grading counts as a student's attempt: one in which we have failed does not."""
        return self is State.GRADED


@dataclass(frozen=True)
class Grading:
    """One grading of a student's lab, as it ended: its run from the folder of the class on, empty without a result."""

    run: str
    state: State
    why: str
    is_attempt: bool


@dataclass(frozen=True)
class Standing:
    """How one student stands. `run` is the folder of the result that counts, from that of the class, or empty.

    `late` says by how many seconds a hand-in came after its closing time, as far as anybody knows.
    `why` explains a state in which nothing was graded. `questions` are for the instructor to ask, never a verdict.
    `attempts` counts the gradings of `history` that are one; a class of before has no history of its first ones.
    """

    id: str
    name: str
    email: str
    group: str
    run: str = ""
    state: State = State.WAITING
    why: str = ""
    attempts: int = 0
    late: int = 0
    questions: tuple[str, ...] = ()
    history: tuple[Grading, ...] = ()


@dataclass(frozen=True)
class Register:
    """A whole class: the course and the rubric that it was graded by, and how each student stands.

    `left` are those whom the roster has no more: whoever comes back to it has the attempts and the result of before.
    """

    course: str
    rubric: str
    students: tuple[Standing, ...]
    left: tuple[Standing, ...] = ()


def save(register: Register, folder: Path) -> None:
    """Replace the register on disk; a crash leaves the old one or the new one. Raises OSError."""
    draft = folder / f"{NAME}.new"
    with draft.open("w", encoding="utf-8", errors="backslashreplace") as file:
        data = {"schema": SCHEMA_VERSION, **dataclasses.asdict(register)}
        json.dump(data, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / NAME)


def load(folder: Path) -> Register | None:
    """Read the register of a class, None where there is none yet. Raises ConfigError for a file that is none."""
    path, fix = folder / NAME, "name another folder, or remove it"
    try:
        with open_plain(path, LIMIT, fix) as file:
            data = json.loads(file.read(LIMIT + 1))
        version = data.pop("schema", None) if isinstance(data, dict) else None
        if version != SCHEMA_VERSION:
            raise shape.Misshapen(str(SCHEMA_VERSION), version, "schema")
        return shape.record(Register, data)
    except FileNotFoundError:
        return None
    except (ValueError, RecursionError, MemoryError) as problem:
        raise ConfigError([f"{path}: not the register of a class ({problem}); {fix}"]) from problem


def by_id(students: Iterable[Standing]) -> dict[str, Standing]:
    """Return how students stand by their ids."""
    return {standing.id: standing for standing in students}
