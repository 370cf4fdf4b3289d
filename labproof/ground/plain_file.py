"""Opening a file that somebody may have handed in: a regular file, and no more of it than a run can write."""

import os
import stat
from pathlib import Path
from typing import BinaryIO

from labproof.ground.errors import ConfigError

# A pipe that nobody writes to would otherwise be waited for; Windows has none, and would change the ends of lines.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def open_plain(path: Path, limit: int, fix: str) -> BinaryIO:
    """Open a regular file of at most `limit` bytes for reading.

    Raises ConfigError for anything else, with `fix` as what to do; FileNotFoundError when nothing is there.
    """
    try:
        descriptor = os.open(path, _FLAGS)
    except (FileNotFoundError, NotADirectoryError):
        raise FileNotFoundError(path) from None
    except OSError as problem:
        raise ConfigError([f"{path}: cannot be read ({problem.strerror}); correct its rights, or {fix}"]) from None
    file = os.fdopen(descriptor, "rb") if _is_regular(descriptor) else None
    if file is None:
        os.close(descriptor)
        raise ConfigError([f"{path}: expected a file, found something else; {fix}"])
    if (size := os.fstat(descriptor).st_size) > limit:
        file.close()
        raise ConfigError([f"{path}: expected at most {limit >> 20} MiB, found {size >> 20} MiB; {fix}"])
    return file


def _is_regular(descriptor: int) -> bool:
    return stat.S_ISREG(os.fstat(descriptor).st_mode)
