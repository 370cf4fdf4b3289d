"""The folder of a run: its result, its evidence and its report, valid at every moment."""

import contextlib
import errno
import os
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from labproof.ground.errors import ConfigError
from labproof.ground.json_lines import laid_out
from labproof.ground.places import runs_dir
from labproof.records import result
from labproof.records.model import RUNNING, Mode, RunRecord

LATEST = "latest"
"""The name of the newest run on machines: neither a demo nor a regrade says anything of how they are now."""

_LOOKED_THROUGH = 50
"""How many runs are looked through for one of a lab: on a grader of a whole class others lie between."""

_LONGEST_NAME = 255

_LINES_TO = 6
"""How deep a result is laid out for people: each criterion has a line. Python's own way takes twice as long."""

_STAMP = len("20260101-000000")


class RunFolder:
    """One run on disk. What it holds is replaced whole, never changed in place."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.evidence = path / "evidence.jsonl"
        self.result = path / "result.json"

    def save(self, run: RunRecord) -> None:
        """Replace the result on disk; a crash leaves the old one or the new one, never half of one."""
        draft = self.path / "result.json.new"
        # What is replaced in two seconds nobody reads.
        depth = 0 if run.ended == RUNNING else _LINES_TO
        # Half a surrogate, which a hostile page can send, becomes the escape that JSON has for it.
        with draft.open("w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(laid_out(result.to_json(run), depth))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.result)

    def load(self) -> RunRecord:
        """Read the result back."""
        return result.load(self.result)


def require_place(root: Path | None = None) -> None:
    """Raise ConfigError unless runs can be written; whoever asks first need not find that out at the end."""
    root = root or runs_dir()
    try:
        # Nothing is made yet: what is wrong with the selection leaves no trace.
        nearest = next(path for path in (root, *root.absolute().parents) if path.exists())
        number = 0 if os.access(nearest, os.W_OK | os.X_OK) else errno.EACCES
        if number := number if nearest.is_dir() else errno.ENOTDIR:
            raise OSError(number, os.strerror(number))
    except OSError as problem:
        raise _unwritable(root, problem) from None


def _unwritable(root: Path, problem: OSError) -> ConfigError:
    fix = "free some space there, correct its rights, or name another folder in LABPROOF_RUNS"
    return ConfigError([f"{root}: runs cannot be written there ({problem.strerror}); {fix}"])


def create(mode: Mode, root: Path | None = None) -> RunFolder:
    """Make the folder of a new run; on machines it becomes `latest`. Raises ConfigError when it cannot be written."""
    root = root or runs_dir()
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    try:
        root.mkdir(parents=True, exist_ok=True)
        path = _fresh(root, f"{stamp}-{mode}")
        if mode.is_on_machines:
            _point(root / LATEST, path.name)
    except OSError as problem:
        raise _unwritable(root, problem) from None
    return RunFolder(path)


def find(name: str, root: Path | None = None) -> RunFolder:
    """Return a run by its name, its path or `latest`. Raises ConfigError when there is none."""
    root = root or runs_dir()
    for path in (_pointed_at(root) if name == LATEST else root / name, Path(name)):
        if (path / "result.json").is_file() or (path / "evidence.jsonl").is_file():
            return RunFolder(path.resolve())
    known = sorted(p.name for p in root.glob("*") if p.is_dir() and p.name != LATEST)[-5:] if root.is_dir() else []
    raise ConfigError([f"RUN: no run {name!r} in {root}; the newest are: {', '.join(known) or 'none'}"])


def latest_name(root: Path | None = None) -> str:
    """Return the name of the newest run on machines, nothing where there is none."""
    path = _pointed_at(root or runs_dir())
    return path.resolve().name if path.is_dir() else ""


def newest(is_wanted: Callable[[RunRecord], bool], root: Path | None = None) -> RunRecord | None:
    """Return the newest run on machines that is wanted, None when there is none; what cannot be read is passed over.

    A replay is no run on machines: it says nothing of how they are now.
    """
    modes = {mode for mode in Mode if mode.is_on_machines}
    folders = [folder for folder in every(root) if folder.path.name.split("-")[2] in modes]
    for folder in folders[:_LOOKED_THROUGH]:
        if (run := _readable(folder)) and run.mode.is_on_machines and is_wanted(run):
            return run
    return None


def every(root: Path | None = None) -> list[RunFolder]:
    """Return every run's folder, the newest first."""
    folders = [p for p in (root or runs_dir()).glob("*-*-*") if p.is_dir()]
    folders.sort(key=lambda p: (p.name[:_STAMP], p.stat().st_mtime_ns), reverse=True)
    return [RunFolder(path) for path in folders]


def _readable(folder: RunFolder) -> RunRecord | None:
    with contextlib.suppress(ConfigError):
        return folder.load()
    return None


def _fresh(root: Path, name: str) -> Path:
    for number in range(1, 1000):
        path = root / (name if number == 1 else f"{name}-{number}")
        try:
            path.mkdir()
        except FileExistsError:
            continue
        return path
    raise ConfigError([f"{root}: a thousand runs in one second; remove old ones"])


def _point(link: Path, target: str) -> None:
    # A name of its own: two runs may begin in one moment.
    draft = link.with_name(f".{link.name}.{secrets.token_hex(8)}")
    try:
        _make_pointer(draft, target)
        draft.replace(link)
    finally:
        draft.unlink(missing_ok=True)


def _make_pointer(path: Path, target: str) -> None:
    """Make a link to a run; where the system or the disk refuses links, a file that holds the run's name."""
    # Windows lets few people make links, and replaces none that leads to a folder.
    if os.name != "nt":
        with contextlib.suppress(OSError):
            path.symlink_to(target)
            return
    path.write_text(f"{target}\n", encoding="utf-8")


def _pointed_at(root: Path) -> Path:
    """Return the folder that `latest` names, by a link or by its text; the text may have been written by anybody."""
    path = root / LATEST
    if path.is_symlink() or not path.is_file():
        return path
    with contextlib.suppress(OSError, UnicodeDecodeError):
        with path.open(encoding="utf-8") as file:
            name = file.readline(_LONGEST_NAME).strip()
        if name.isprintable() and name == Path(name).name:
            return root / name
    return path
