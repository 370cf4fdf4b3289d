"""Files that are written whole or not at all, also where several processes write one at the same time."""

import os
import tempfile
from pathlib import Path


def replace(path: Path, text: str, mode: int = 0o644) -> Path:
    """Write a file in the place of what is there, with these rights, and return its path; raises OSError.

    Whoever reads it meanwhile finds the old text or a new one. Each writer has a draft of its own: two who shared one
    would cut off or mix what the other writes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        # The draft is readable by its writer alone.
        os.chmod(draft, mode)
        os.replace(draft, path)
    except BaseException:
        os.unlink(draft)
        raise
    return path
