"""In which order a lab's milestones were saved: libvirt names its snapshots in none.

Vagrant asks virDomainSnapshotListNames, whose order changes from one start of libvirt's daemon to the next.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from labproof.ground.places import state_dir


def path() -> Path:
    """Return where it is written down."""
    return state_dir() / "milestones.json"


def note(lab: str, milestone: str) -> None:
    """Write down that a milestone of a lab was saved just now; one that was saved before is the newest again."""
    saved = [name for name in _saved(lab) if name != milestone]
    scratch = path().with_suffix(".new")
    scratch.write_text(json.dumps({"lab": lab, "saved": [*saved, milestone]}) + "\n", encoding="utf-8")
    scratch.replace(path())


def oldest_first(lab: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return a lab's milestones in the order in which they were saved; those that nobody noted come first."""
    saved = _saved(lab)
    return tuple(sorted(names, key=lambda name: saved.index(name) if name in saved else -1))


def _saved(lab: str) -> list[str]:
    try:
        said = json.loads(path().read_text(encoding="utf-8"))
        return [str(name) for name in said["saved"]] if said["lab"] == lab else []
    except (OSError, ValueError, LookupError, TypeError):
        # Of a Labproof that wrote none, or damaged: the milestones are there all the same.
        return []
