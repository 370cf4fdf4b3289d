"""Whose lab is up on this computer: there is one at a time, and it says which checkout it belongs to."""

import fcntl
import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from labproof.ground.errors import HostError
from labproof.ground.places import course_dir, state_dir


@dataclass(frozen=True)
class LabRecord:
    """A lab that is up, or was when its run was killed. `identity` is new with every new pair of machines."""

    checkout: str
    provider: str
    since: str
    identity: str
    box: str = ""
    bundle: str = ""

    @property
    def is_ours(self) -> bool:
        """Tell whether it belongs to this checkout."""
        return self.checkout == str(course_dir())


def record_path() -> Path:
    """Return where the record of this computer's lab lies."""
    return state_dir() / "lab.json"


def current() -> LabRecord | None:
    """Return the lab that is recorded; none when there is no record, or one that a killed run left unfinished."""
    try:
        return LabRecord(**json.loads(record_path().read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def claim(provider: str, box: str = "", bundle: str = "") -> LabRecord:
    """Record that a new lab of this checkout is being brought up."""
    since = datetime.now(UTC).isoformat(timespec="seconds")
    record = LabRecord(str(course_dir()), provider, since, uuid.uuid4().hex, box, bundle)
    path = record_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(".new")
    scratch.write_text(json.dumps(asdict(record), indent=1) + "\n")
    scratch.replace(path)
    return record


def release() -> None:
    """Forget the lab; its machines are gone."""
    record_path().unlink(missing_ok=True)


def require_free(is_up: bool) -> None:
    """Raise HostError when a lab of another checkout, or of another provider here, is up."""
    record = current()
    if record and is_up and not record.is_ours:
        raise HostError(
            f"a lab of another checkout is up on this computer: {record.checkout} ({record.provider}, since "
            f"{record.since})\n  try: labproof down, there or here; it takes that lab away"
        )


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold the lab of this computer for a change. Raises HostError when another run is at it."""
    folder = state_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("a+")
    except PermissionError as refused:
        raise HostError(f"expected to write in {folder}, found: {refused}\n  try: run as root") from refused
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            lock.seek(0)
            raise HostError(
                f"another labproof is bringing the lab up or down (process {lock.read().strip() or 'unknown'})\n"
                f"  try: wait until it has ended"
            ) from busy
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
