"""Builds the pieces of the bundle once: named by their inputs, finished by a rename, shared between runs."""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from labproof.ground.errors import BundleError, DeadlineExceeded
from labproof.ground.places import Progress
from labproof.ground.wait import Deadline, wait_until
from labproof.rehearsal.bundle.apt import PrivateApt, install_missing

UNFINISHED = ".unfinished-"
KEPT = 3
LOCK_SECONDS = 45 * 60


@dataclass(frozen=True)
class Workplace:
    """What the maker of a part works with."""

    output: Path
    scratch: Path
    log: Path
    needs: Mapping[str, Path]
    apt: PrivateApt
    progress: Progress


@dataclass(frozen=True)
class Part:
    """A piece of the bundle: its name, all that its content depends on, how and with what it is made."""

    name: str
    inputs: object
    make: Callable[[Workplace], None]
    needs: tuple["Part", ...] = ()
    host_packages: tuple[str, ...] = ()

    @cached_property
    def key(self) -> str:
        """Return 16 digits that change when an input, or a part that this one needs, changes."""
        content = {"name": self.name, "inputs": self.inputs, "needs": {p.name: p.key for p in self.needs}}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Shelf:
    """The folder where finished parts stand."""

    root: Path
    progress: Progress
    made: dict[str, Path] = field(default_factory=dict)

    def place(self, part: Part) -> Path:
        """Return where the part stands when it is finished."""
        return self.root / "parts" / f"{part.name}-{part.key}"

    def ensure(self, part: Part) -> Path:
        """Return the finished part's folder; make it, and what it needs, where it is missing."""
        place = self.place(part)
        if not place.is_dir():
            needs = {need.name: self.ensure(need) for need in part.needs}
            with self._unfinished(part.name) as work:
                log = self.root / "logs" / f"{part.name}.log"
                log.unlink(missing_ok=True)
                install_missing(part.host_packages, log)
                apt = PrivateApt(self.root / f"{UNFINISHED}apt", log)
                output, scratch = work / "output", work / "scratch"
                output.mkdir()
                scratch.mkdir()
                part.make(Workplace(output, scratch, log, needs, apt, self.progress))
                place.parent.mkdir(parents=True, exist_ok=True)
                output.rename(place)
        self.made[part.name] = place
        return place

    def tidy(self) -> None:
        """Remove what killed builds left and all but the newest few of each part that was made or used."""
        for leftover in self.root.glob(f"{UNFINISHED}*"):
            shutil.rmtree(leftover)
        for name, place in self.made.items():
            if place.is_dir():
                place.touch()
            standing = sorted(self.root.glob(f"parts/{name}-*"), key=lambda p: p.stat().st_mtime, reverse=True)
            for old in standing[KEPT:]:
                shutil.rmtree(old)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the shelf, so that two builds at once do not do the same work. Raises BundleError."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / "lock").open("w") as handle:
            if not _try_lock(handle.fileno()):
                self.progress("another build of the bundle is running; waiting for it")
                self._wait_for_lock(handle.fileno())
            yield

    def _wait_for_lock(self, handle: int) -> None:
        try:
            wait_until(
                lambda: _try_lock(handle),
                bool,
                Deadline(LOCK_SECONDS),
                "the other build of the bundle",
                every=1,
            )
        except DeadlineExceeded as late:
            raise BundleError(f"{late}\n  try: end the process that holds {self.root}/lock") from late

    @contextlib.contextmanager
    def _unfinished(self, name: str) -> Iterator[Path]:
        work = self.root / f"{UNFINISHED}{name}-{os.getpid()}"
        work.mkdir(parents=True)
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)


def fingerprint(*files: Path) -> dict[str, str]:
    """Return the content sum of each file, by its name: inputs for a part."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _try_lock(handle: int) -> bool:
    """Take the lock when it is free. The kernel frees it when its holder ends, however that ends."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
