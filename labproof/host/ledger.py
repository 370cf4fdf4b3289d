"""What the lab has changed on this computer, written down before each change, so that it can be put back.

A run that is killed leaves the ledger behind; the next run, or `down`, puts everything back from it.
"""

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from labproof.ground.errors import HostError
from labproof.ground.places import state_dir


@dataclass(frozen=True)
class Change:
    """One thing that is different while a lab is up: what kind, where, its value before and during."""

    kind: str
    target: str
    before: str = ""
    during: str = ""


Undo = Callable[[Change], None]


class Ledger:
    """The list of changes on disk, oldest first."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or state_dir() / "host.json"

    def changes(self) -> tuple[Change, ...]:
        """Return what is changed at present. Raises HostError when the file cannot be read."""
        try:
            rows = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return ()
        except ValueError as broken:
            raise HostError(
                f"expected the list of changes on this computer in {self.path}, found text that is not JSON: {broken}\n"
                f"  try: look at the file, put back by hand what it names, then remove it"
            ) from broken
        return tuple(Change(**row) for row in rows)

    def record(self, change: Change) -> bool:
        """Write a change down before it is made; tell False when this target stands there already."""
        known = self.changes()
        if any((c.kind, c.target) == (change.kind, change.target) for c in known):
            return False
        self._write((*known, change))
        return True

    def undo_all(self, undo: dict[str, Undo]) -> None:
        """Put everything back, newest first, and forget each change once it is undone.

        One that fails stays in the ledger, and does not keep the others from being put back.
        """
        failures = []
        for change in reversed(self.changes()):
            try:
                undo[change.kind](change)
            except (OSError, HostError, KeyError) as problem:
                failures.append(f"  {change.kind} {change.target}: {problem}")
                continue
            self._write(tuple(c for c in self.changes() if c != change))
        if failures:
            raise HostError(
                "expected to put back everything that the lab had changed on this computer, failed with\n"
                + "\n".join(failures)
                + f"\n  try: labproof down again; {self.path} keeps what is left"
            )

    def _write(self, changes: tuple[Change, ...]) -> None:
        if not changes:
            self.path.unlink(missing_ok=True)
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        scratch = self.path.with_suffix(".new")
        with scratch.open("w", encoding="utf-8") as stream:
            json.dump([asdict(change) for change in changes], stream, indent=1)
            stream.flush()
            # The list must be on disk before the change that it announces.
            os.fsync(stream.fileno())
        scratch.replace(self.path)
