"""What is known of a graded run beside its result: for the instructor alone, and kept in the run's folder."""

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path

from labproof.classes.likeness import Mark
from labproof.ground import shape
from labproof.ground.errors import ConfigError
from labproof.ground.plain_file import open_plain

NAME = "noted.json"
_LIMIT = 1024 * 1024


@dataclass(frozen=True)
class Noted:
    """Questions to ask, what tells this run from those of others, and by how many seconds it came late."""

    questions: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    late: int = 0


def save(noted: Noted, run: Path) -> None:
    """Write it into the folder of a run."""
    text = json.dumps(dataclasses.asdict(noted), ensure_ascii=False, indent=1)
    (run / NAME).write_text(text, encoding="utf-8", errors="backslashreplace")


def load(run: Path) -> Noted:
    """Return what is known of a run: nothing, where nothing was written down or it cannot be read."""
    try:
        with open_plain(run / NAME, _LIMIT, "grade the class again") as file:
            return shape.record(Noted, json.loads(file.read(_LIMIT + 1)))
    except (OSError, ConfigError):
        return Noted()
    except (ValueError, RecursionError):
        return Noted(questions=(f"{NAME} in the folder of the run was changed: who has done so, and why?",))
