"""The unit of work of a class, wherever it is done: grade one lab, and return the folder that it has left.

It travels: what it needs is in it, what it leaves is in what it returns, and nothing of either is looked for on the
computer that does it but Labproof itself.
"""

import contextlib
import io
import os
import signal
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from labproof.classes.running import RUNS, TERMINAL
from labproof.ground.errors import LabError

GRACE_SECONDS = 10.0
LIMIT = 256 * 1024 * 1024
"""Bytes of a result folder that are taken back."""

RUBRIC, INVENTORY = "rubric.toml", "inventory.toml"


@dataclass(frozen=True)
class Unit:
    """One lab to be graded: its inventory as TOML, the private keys that it names, and how.

    `base` is a packed run of which only that is asked again that could not be seen, and `base_name` that run's name.
    """

    inventory: str = field(repr=False)
    keys: Mapping[str, bytes] = field(repr=False)
    seconds: float
    rubric: bytes | None = None
    base: bytes = field(default=b"", repr=False)
    base_name: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Done:
    """What a unit has left: its packed folder, how its process ended, and whether it ran out of time."""

    folder: bytes = field(repr=False)
    status: int
    is_late: bool


def grade(unit: Unit) -> Done:
    """Grade the lab of a unit in a process of its own, which its deadline ends, and return what it left."""
    with tempfile.TemporaryDirectory(prefix="labproof-unit-") as name:
        work = Path(name)
        for file, data in {**unit.keys, INVENTORY: unit.inventory.encode(), RUBRIC: unit.rubric or b""}.items():
            _write(work / file, data)
        (work / "left" / RUNS).mkdir(parents=True)
        if unit.base:
            unpack(unit.base, work / "left" / RUNS)
        arguments = ["grade", "--inventory", str(work / INVENTORY)]
        arguments += ["--rubric", str(work / RUBRIC)] if unit.rubric is not None else []
        arguments += ["--undetermined", unit.base_name] if unit.base_name else []
        status, is_late = _run(arguments, work / "left", unit)
        return Done(pack(work / "left"), status, is_late)


def pack(folder: Path) -> bytes:
    """Return a folder as one file; what the newest run is called is the reader's to find out."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=1) as tar:
        for path in sorted(folder.rglob("*")):
            if not path.is_symlink():
                tar.add(path, path.relative_to(folder).as_posix(), recursive=False)
    return packed.getvalue()


def unpack(data: bytes, folder: Path) -> None:
    """Write a packed folder. Raises LabError for one that is none, is too large, or leads out of the folder."""
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as tar:
            size = 0
            for member in tar:
                size += member.size
                if size > LIMIT or not (member.isfile() or member.isdir()):
                    raise LabError(f"expected files of {LIMIT >> 20} MiB at most, found {member.name!a} too much")
                tar.extract(member, folder, filter="data")
    except (tarfile.TarError, OSError, EOFError, ValueError) as problem:
        raise LabError(f"what came back is no result folder ({problem})") from problem


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)


def _run(arguments: list[str], left: Path, unit: Unit) -> tuple[int, bool]:
    environment = {**os.environ, **unit.environment, "LABPROOF_RUNS": str(left / RUNS)}
    with (left / TERMINAL).open("wb") as terminal:
        process = subprocess.Popen(
            [sys.executable, "-m", "labproof", *arguments],
            cwd=left.parent,
            stdin=subprocess.DEVNULL,
            stdout=terminal,
            stderr=terminal,
            env=environment,
            start_new_session=True,
        )
        try:
            return process.wait(unit.seconds), False
        except subprocess.TimeoutExpired:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(GRACE_SECONDS)
            return process.poll() or -signal.SIGKILL, True
        finally:
            # Also where whoever does the work is told to stop.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
