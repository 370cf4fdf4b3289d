"""Saved states of a lab of containers: the stopped machines' root file systems, unchanged files stored once."""

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from labproof.errors import LabError, ResetError
from labproof.host.command import run_checked
from labproof.places import state_dir
from labproof.providers.containers import Container, at_once

COPY_SECONDS = 600
LABEL = "milestone.json"

Start = Callable[[list[Container]], None]


def folder() -> Path:
    """Return where milestones lie."""
    return state_dir() / "milestones"


def names(identity: str) -> tuple[str, ...]:
    """Return the milestones of a lab that are complete, oldest first."""
    found = [(label.stat().st_mtime_ns, label.parent.name) for label in folder().glob(f"*/{LABEL}")]
    return tuple(name for _, name in sorted(found) if _label(name).get("identity") == identity)


def save(name: str, identity: str, machines: Sequence[Container], start: Start) -> None:
    """Copy every machine while it is shut down, then start it again.

    Files that did not change since the milestone before are shared with it, never with the running machine.
    """
    earlier = [known for known in names(identity) if known != name]
    scratch, target = folder() / f".{name}", folder() / name
    shutil.rmtree(scratch, ignore_errors=True)
    at_once(list(machines), "stop")
    try:
        for machine in machines:
            base = folder() / earlier[-1] / machine.machine if earlier else None
            _copy(machine.rootfs, scratch / machine.machine, base)
        (scratch / LABEL).write_text(json.dumps(_new_label(identity, machines)))
        shutil.rmtree(target, ignore_errors=True)
        scratch.rename(target)
    finally:
        start(list(machines))


def restore(name: str, identity: str, machines: Sequence[Container], start: Start) -> None:
    """Make every machine what it was when the milestone was saved. Raises ResetError when that cannot be."""
    label = _label(name)
    if label != _new_label(identity, machines):
        known = ", ".join(names(identity)) or "none"
        raise ResetError(f"expected a milestone {name!r} of this lab, found none\n  milestones: {known}")
    at_once(list(machines), "stop")
    try:
        for machine in machines:
            _copy(folder() / name / machine.machine, machine.rootfs, None)
    except LabError as problem:
        raise ResetError(f"restoring {name!r} did not end: {problem}\n  try: labproof reset again") from problem
    start(list(machines))


def _copy(source: Path, target: Path, base: Path | None) -> None:
    target.mkdir(parents=True, exist_ok=True)
    shared = [f"--link-dest={base}"] if base else []
    argv = ["rsync", "-aHAXS", "--numeric-ids", "--delete", "--one-file-system", *shared, f"{source}/", f"{target}/"]
    run_checked(argv, seconds=COPY_SECONDS, error=ResetError, hint="free some disk space")


def _new_label(identity: str, machines: Sequence[Container]) -> dict[str, object]:
    return {"identity": identity, "machines": [machine.machine for machine in machines]}


def _label(name: str) -> dict[str, object]:
    try:
        found = json.loads((folder() / name / LABEL).read_text())
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
