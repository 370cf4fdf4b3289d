"""One grading at a time in the folder of a class."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from labproof.ground.errors import ConfigError

NAME = ".lock"


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Keep the folder of a class for the block. Raises ConfigError while another grading has it, or none can."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / NAME).open("w")
    except OSError as problem:
        fix = "name a folder that can be written in"
        raise ConfigError([f"--out: {folder}: cannot be used ({problem.strerror}); {fix}"]) from None
    with file:
        try:
            # It ends with the process, however that ends.
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ConfigError([f"--out: {folder}: a class is being graded there; wait, or name another"]) from None
        yield
