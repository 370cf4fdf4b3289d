"""Builds the rehearsal box with mmdebstrap and hands it to Vagrant; cached by the content of its inputs."""

import fcntl
import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from labproof.ground.errors import ProvisionError
from labproof.ground.places import Progress, cache_dir
from labproof.host.command import run_checked
from labproof.rehearsal.box.debian import bootstrap
from labproof.rehearsal.box.recipe import content_key, packages, sources_dir

PREFIX = "labproof-rehearsal-"
METADATA = {"provider": "lxc", "version": "1.0.0"}
PARTS = ("lxc-template", "lxc-config", "guard.seccomp")


class NamedBox(Protocol):
    """A box, whatever it is for."""

    @property
    def name(self) -> str:
        """Return what Vagrant calls it."""
        ...

    @property
    def vagrant_home(self) -> Path:
        """Return the folder in which Vagrant keeps its boxes."""
        ...


@dataclass(frozen=True)
class Box:
    """A box that Vagrant knows, and the folder that Vagrant keeps it in."""

    name: str
    vagrant_home: Path

    @property
    def directory(self) -> Path:
        """Return where Vagrant has unpacked the box."""
        return self.vagrant_home / "boxes" / self.name / "0" / "lxc"

    @property
    def is_added(self) -> bool:
        """Tell whether Vagrant has the whole box; its metadata is the last file that is written."""
        return (self.directory / "metadata.json").exists() and (self.directory / "rootfs.tar.gz").exists()


def current() -> Box:
    """Return the box that belongs to the present recipe, built or not."""
    key = content_key(packages(), sources_dir())
    return Box(f"{PREFIX}{key}", cache_dir() / "vagrant.d")


def ensure(progress: Progress) -> Box:
    """Build the box and add it to Vagrant unless that is done; return it."""
    box = current()
    if box.is_added:
        return box
    with one_at_a_time():
        if not box.is_added:
            _build(box, progress)
    return box


def _build(box: Box, progress: Progress) -> None:
    progress("building the machine box (about a minute and a half, once)")
    work = cache_dir() / "box"
    with tempfile.TemporaryDirectory(dir=work, prefix="build-") as name:
        folder = Path(name)
        hooks = (f"sync-in {sources_dir() / 'root'} /", str(sources_dir() / "customize.sh"))
        bootstrap(folder / "rootfs.tar", folder, packages(), hooks)
        # vagrant-lxc asks for this name; our template knows that the file is a plain tar.
        (folder / "rootfs.tar").rename(folder / "rootfs.tar.gz")
        for part in PARTS:
            shutil.copy2(sources_dir() / part, folder / part)
        (folder / "metadata.json").write_text(json.dumps(METADATA))
        progress("handing the box to Vagrant")
        add(box, "lxc", folder, [*PARTS, "metadata.json", "rootfs.tar.gz"])
    remove_older(box, PREFIX)


def add(box: NamedBox, provider: str, folder: Path, names: Sequence[str]) -> None:
    """Hand files of a folder to Vagrant as a box of a provider. Raises ProvisionError."""
    archive = folder.with_suffix(".box")
    try:
        run_checked(["tar", "-cf", str(archive), "-C", str(folder), *names], seconds=300, error=ProvisionError)
        argv = ["vagrant", "box", "add", "--force", "--provider", provider, "--name", box.name, str(archive)]
        run_checked(argv, seconds=300, error=ProvisionError, env=vagrant_env(box.vagrant_home))
    finally:
        archive.unlink(missing_ok=True)


def vagrant_env(home: Path) -> dict[str, str]:
    """Return the environment that keeps Vagrant in its own folder and off the network."""
    return {"VAGRANT_HOME": str(home), "VAGRANT_CHECKPOINT_DISABLE": "1", "LC_ALL": "C.UTF-8"}


def remove_older(box: NamedBox, prefix: str) -> None:
    """Free the disk of boxes from earlier recipes; running machines do not need theirs any more."""
    for folder in (box.vagrant_home / "boxes").glob(f"{prefix}*"):
        if folder.name != box.name:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold the place where boxes are built; what a killed build has left there is removed."""
    work = cache_dir() / "box"
    work.mkdir(parents=True, exist_ok=True)
    with (work / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for leftover in work.glob("build-*"):
            # The lock is ours, so this belongs to a build that was killed.
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
        yield
