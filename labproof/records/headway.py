"""How far a grading has come, in a small file that whoever watches it reads again and again."""

import contextlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

VARIABLE = "LABPROOF_HEADWAY"
"""Names the file; where it is not set nobody watches, and nothing is written."""

_LIMIT = 4096


@dataclass(frozen=True)
class Headway:
    """The section that is looked at, and the points of what was looked at by now, as texts."""

    section: str = ""
    earned: str = ""
    undetermined: str = ""
    possible: str = ""


def tell(headway: Headway) -> None:
    """Write it down, whole at every moment, where somebody watches."""
    if not (name := os.environ.get(VARIABLE)):
        return
    path = Path(name)
    draft = path.with_name(f"{path.name}.new")
    # Whoever watches does without it; the grading goes on.
    with contextlib.suppress(OSError):
        draft.write_text(json.dumps(asdict(headway)), encoding="utf-8")
        draft.replace(path)


def read(path: Path) -> Headway:
    """Return how far a grading has come, nothing of it where none has written yet."""
    try:
        with path.open(encoding="utf-8") as file:
            data = json.loads(file.read(_LIMIT))
        return Headway(**{key: str(data[key])[:80] for key in asdict(Headway())})
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return Headway()
