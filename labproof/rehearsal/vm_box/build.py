"""Builds the box for virtual machines and hands it to Vagrant; cached by the content of its inputs."""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

from labproof.ground.places import Progress, cache_dir
from labproof.host import packages
from labproof.rehearsal.box import build as of_containers
from labproof.rehearsal.box.debian import bootstrap
from labproof.rehearsal.box.recipe import sources_dir as common_sources
from labproof.rehearsal.vm_box import disk, recipe

PREFIX = "labproof-vm-"
IMAGE = "box.img"
METADATA = {"provider": "libvirt", "format": "qcow2", "virtual_size": disk.DISK_MIB // 1024}


@dataclass(frozen=True)
class VmBox:
    """A box that Vagrant knows, and the folder that Vagrant keeps it in."""

    name: str
    vagrant_home: Path

    @property
    def directory(self) -> Path:
        """Return where Vagrant has unpacked the box."""
        return self.vagrant_home / "boxes" / self.name / "0" / "libvirt"

    @property
    def is_added(self) -> bool:
        """Tell whether Vagrant has the whole box."""
        return (self.directory / "metadata.json").exists() and (self.directory / IMAGE).exists()


def current() -> VmBox:
    """Return the box that belongs to the present recipe, built or not."""
    return VmBox(f"{PREFIX}{recipe.key()}", cache_dir() / "vagrant.d")


def ensure(progress: Progress) -> VmBox:
    """Build the box and add it to Vagrant unless that is done; return it. Raises ProvisionError."""
    box = current()
    if not box.is_added:
        packages.ensure(disk.HOST_PACKAGES, progress)
        with of_containers.one_at_a_time():
            if not box.is_added:
                _build(box, progress)
    return box


def _build(box: VmBox, progress: Progress) -> None:
    progress("building the box for virtual machines (two to three minutes, once)")
    with tempfile.TemporaryDirectory(dir=cache_dir() / "box", prefix="build-") as name:
        folder = Path(name)
        recipe.lay_out(folder / "overlay")
        hooks = (
            f"sync-in {folder / 'overlay'} /",
            str(common_sources() / recipe.COMMON),
            str(recipe.sources_dir() / "customize.sh"),
        )
        bootstrap(folder / "root", folder, recipe.packages(), hooks)
        progress("making its disk, and handing it to Vagrant")
        disk.make(folder / "root", folder / IMAGE)
        (folder / "metadata.json").write_text(json.dumps(METADATA))
        of_containers.add(box, "libvirt", folder, ["metadata.json", IMAGE])
    of_containers.remove_older(box, PREFIX)
