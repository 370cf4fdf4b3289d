"""Saved states of a lab of containers: copies of both root file systems of one moment, unchanged files stored once.

Saving freezes both machines together for the second or two of a last pass: what is saved is what a power cut at that
moment would leave, which every program here survives. Nothing restarts.
"""

import json
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from labproof.ground.errors import LabError, ResetError
from labproof.ground.places import state_dir
from labproof.host.command import run_checked, succeeds
from labproof.providers.containers import Container, at_once

COPY_SECONDS = 600
LABEL = "milestone.json"

# Whole seconds would miss a file that changes twice in one of them.
COMPARED = ("-aHAXS", "--numeric-ids", "--delete", "--one-file-system", "--modify-window=-1")

Copy = tuple[Path, Path, Path | None]
Start = Callable[[list[Container]], None]


def folder() -> Path:
    """Return where milestones lie."""
    return state_dir() / "milestones"


def names(identity: str) -> tuple[str, ...]:
    """Return the milestones of a lab that are complete, oldest first."""
    found = [(label.stat().st_mtime_ns, label.parent.name) for label in folder().glob(f"*/{LABEL}")]
    return tuple(name for _, name in sorted(found) if _label(name).get("identity") == identity)


def save(name: str, identity: str, machines: Sequence[Container]) -> None:
    """Copy every machine as it is at one moment. Raises ResetError and keeps the old milestone when that fails.

    Files that did not change since the milestone before are shared with it, never with the running machine.
    """
    earlier = [known for known in names(identity) if known != name]
    scratch, target = folder() / f".{name}", folder() / name
    shutil.rmtree(scratch, ignore_errors=True)
    copies = [
        (m.rootfs, scratch / m.machine, folder() / earlier[-1] / m.machine if earlier else None) for m in machines
    ]
    # Most of it while they run; files that change or vanish meanwhile are for the last pass.
    _copy_all(copies, is_last=False)
    try:
        at_once(list(machines), "freeze")
        _copy_all(copies, is_last=True)
    finally:
        at_once(list(machines), "thaw")
    (scratch / LABEL).write_text(json.dumps(_new_label(identity, machines)))
    shutil.rmtree(target, ignore_errors=True)
    scratch.rename(target)


def restore(name: str, identity: str, machines: Sequence[Container], start: Start) -> None:
    """Make every machine what it was when the milestone was saved. Raises ResetError when that cannot be."""
    label = _label(name)
    if label != _new_label(identity, machines):
        known = ", ".join(names(identity)) or "none"
        raise ResetError(f"expected a milestone {name!r} of this lab, found none\n  milestones: {known}")
    # Whatever they are at is discarded, so there is nothing to shut down in order.
    at_once(list(machines), "cut_off")
    try:
        _copy_all([(folder() / name / m.machine, m.rootfs, None) for m in machines], is_last=True)
    except LabError as problem:
        raise ResetError(f"restoring {name!r} did not end: {problem}\n  try: labproof reset again") from problem
    start(list(machines))


def _copy_all(copies: Sequence[Copy], is_last: bool) -> None:
    """Make each target like its source. Before the last pass an incomplete copy is no error."""
    with ThreadPoolExecutor(max_workers=len(copies)) as pool:
        for done in [pool.submit(_copy, *copy, is_last) for copy in copies]:
            done.result()


def _copy(source: Path, target: Path, base: Path | None, is_last: bool) -> None:
    target.mkdir(parents=True, exist_ok=True)
    shared = [f"--link-dest={base}"] if base else []
    argv = ["rsync", *COMPARED, *shared, f"{source}/", f"{target}/"]
    if is_last:
        run_checked(argv, seconds=COPY_SECONDS, error=ResetError, hint="free some disk space")
    else:
        succeeds(argv, seconds=COPY_SECONDS)


def _new_label(identity: str, machines: Sequence[Container]) -> dict[str, object]:
    return {"identity": identity, "machines": [machine.machine for machine in machines]}


def _label(name: str) -> dict[str, object]:
    try:
        found = json.loads((folder() / name / LABEL).read_text())
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
