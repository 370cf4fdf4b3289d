"""Whose lab is up on this computer: there is one at a time, and it says which checkout it belongs to."""

import contextlib
import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from labproof.ground import file_lock
from labproof.ground.errors import HostError
from labproof.ground.places import course_dir, state_dir


@dataclass(frozen=True)
class LabRecord:
    """A lab that is up, or was when its run was killed. `identity` is new with every new pair of machines.

    `bundle` is where the files lie that its machines were given, `files` a digest of them where one was taken.
    """

    checkout: str
    provider: str
    since: str
    identity: str
    box: str = ""
    bundle: str = ""
    files: str = ""

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
        return LabRecord(**json.loads(record_path().read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def claim(provider: str, box: str = "", bundle: str = "", files: str = "") -> LabRecord:
    """Record that a new lab of this checkout is being brought up."""
    since = datetime.now(UTC).isoformat(timespec="seconds")
    record = LabRecord(str(course_dir()), provider, since, uuid.uuid4().hex, box, bundle, files)
    path = record_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(".new")
    scratch.write_text(json.dumps(asdict(record), indent=1) + "\n", encoding="utf-8")
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
    with contextlib.ExitStack() as held:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            held.enter_context(file_lock.held(folder / "lock"))
            _holder(folder).write_text(str(os.getpid()), encoding="utf-8")
        except file_lock.Busy as busy:
            raise HostError(
                f"another labproof is bringing the lab up or down (process {_held_by(folder)})\n"
                f"  try: wait until it has ended"
            ) from busy
        except PermissionError as refused:
            raise HostError(
                f"expected to write in {folder}, found: {refused}\n"
                f"  try: run as whoever owns that folder, or name another in LABPROOF_STATE"
            ) from refused
        yield


def _holder(folder: Path) -> Path:
    # Beside the lock: Windows lets nobody read a file that is locked.
    return folder / "lock.process"


def _held_by(folder: Path) -> str:
    try:
        return _holder(folder).read_text(encoding="utf-8").strip() or "unknown"
    except OSError:
        return "unknown"
