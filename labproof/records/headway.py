"""How far a grading has come, in a small file that whoever watches it reads again and again."""

import contextlib
import json
import os
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path

VARIABLE = "LABPROOF_HEADWAY"
"""Names the file; where it is not set nobody watches, and nothing is written."""

_SIZE = 4096
"""Bytes of the file: each telling overwrites all of the one before."""

_TRIES = 3
"""How often a telling is read that is just being overwritten, before it counts as none."""


@dataclass(frozen=True)
class Headway:
    """The section that is looked at, and the points of what was looked at by now, as texts."""

    section: str = ""
    earned: str = ""
    undetermined: str = ""
    possible: str = ""


def tell(headway: Headway) -> None:
    """Write it down where somebody watches.

    It is written over what was told before, with a checksum that shows a reader what is half written: a new file each
    time, that takes the place of the old one, costs twelve times as much, at every scenario of every lab.
    """
    if not (name := os.environ.get(VARIABLE)):
        return
    told = json.dumps(asdict(headway)).encode()
    # Whoever watches does without it; the grading goes on.
    with contextlib.suppress(OSError):
        file = os.open(name, os.O_WRONLY | os.O_CREAT, 0o644)
        try:
            os.write(file, b"%08x %s" % (zlib.crc32(told), told.ljust(_SIZE - 9)))
        finally:
            os.close(file)


def read(path: Path) -> Headway:
    """Return how far a grading has come, nothing of it where none has written yet."""
    for _ in range(_TRIES):
        with contextlib.suppress(OSError, ValueError, LookupError, TypeError, RecursionError):
            with path.open("rb") as file:
                checksum, _, told = file.read(_SIZE).partition(b" ")
            told = told.rstrip(b" ")
            if int(checksum, 16) == zlib.crc32(told):
                data = json.loads(told)
                return Headway(**{key: str(data[key])[:80] for key in asdict(Headway())})
    return Headway()
