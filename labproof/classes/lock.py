"""One grading at a time in the folder of a class."""

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from labproof.ground import file_lock
from labproof.ground.errors import ConfigError

NAME = ".lock"


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Keep the folder of a class for the block. Raises ConfigError while another grading has it, or none can."""
    with contextlib.ExitStack() as held_lock:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            # It ends with the process, however that ends.
            held_lock.enter_context(file_lock.held(folder / NAME))
        except file_lock.Busy:
            raise ConfigError([f"--out: {folder}: a class is being graded there; wait, or name another"]) from None
        except OSError as problem:
            fix = "name a folder that can be written in"
            raise ConfigError([f"--out: {folder}: cannot be used ({problem.strerror}); {fix}"]) from None
        yield
