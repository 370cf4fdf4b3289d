"""Builds the whole bundle from its parts, or finds it finished."""

import json
import shutil
import time
from pathlib import Path

from labproof.ground.errors import BundleError
from labproof.ground.places import Progress, cache_dir
from labproof.rehearsal.bundle import debian, images, kubernetes, layer, programs, repository
from labproof.rehearsal.bundle.apt import upstream_version
from labproof.rehearsal.bundle.manifest import MANIFEST, OURS, SCHEMA, Bundle, describe_file
from labproof.rehearsal.bundle.parts import KEPT, UNFINISHED, Part, Shelf, Workplace, fingerprint
from labproof.rehearsal.bundle.standins import IMAGES, MANIFESTS, PROGRAMS

DAY = 24 * 3600


def build(progress: Progress) -> Bundle:
    """Return the finished bundle; build first whatever of it is missing or has other inputs now.

    Raises BundleError. Needs root only where the host lacks a program that the build uses.
    """
    shelf = Shelf(cache_dir() / "bundle", progress)
    whole = whole_part()
    if bundle := _finished(shelf.root / whole.key):
        return bundle
    with shelf.locked():
        if bundle := _finished(shelf.root / whole.key):
            return bundle
        return _build(shelf, whole, progress)


def whole_part() -> Part:
    """Return the bundle as a part of parts: its key changes when anything in it does."""
    compiled, packages = kubernetes.part(), debian.part()
    shared = layer.part([package for image in IMAGES for package in image.packages])
    yum = repository.part(compiled, packages)
    loaded = images.part(compiled, packages, shared, programs.part(PROGRAMS), IMAGES)
    inputs = [fingerprint(*MANIFESTS.values(), Path(__file__))]
    return Part("bundle", inputs, make, (compiled, packages, yum, loaded))


def make(bench: Workplace) -> None:
    """Put the student's files into one folder and list them in the manifest."""
    bench.progress("putting the bundle together")
    yum, loaded = bench.needs["repository"], bench.needs["images"]
    for source in (*yum.glob("*.gz"), *loaded.glob("*.tar*")):
        # Not a second name for the same file: damage to the bundle must leave the part whole to repair it from.
        shutil.copyfile(source, bench.output / source.name)
    for name, source in MANIFESTS.items():
        shutil.copyfile(source, bench.output / name)
    content = _content(bench)
    (bench.output / MANIFEST).write_text(json.dumps(content, indent=1) + "\n")


def forget_old(root: Path, now: float) -> None:
    """Remove all but the newest few bundles, of those that were built more than a day before `now`.

    A lab that is up reads its bundle from here: one built today is never taken away.
    """
    built = {path.parent: path.stat().st_mtime for path in root.glob(f"*/{MANIFEST}")}
    for old in sorted(built, key=lambda folder: built[folder], reverse=True)[KEPT:]:
        if now - built[old] > DAY:
            shutil.rmtree(old)


def _content(bench: Workplace) -> dict[str, object]:
    built = json.loads((bench.needs["kubernetes"] / "versions.json").read_text())
    listed = json.loads((bench.needs["images"] / "images.json").read_text())
    stand_ins = [i for i in listed if i["stand_in_for"]]
    return {
        "schema": SCHEMA,
        "name": OURS,
        "kubernetes": built["version"],
        "docker": upstream_version(debian.versions(bench.needs["debian"])["docker.io"]),
        "files": [describe_file(path) for path in sorted(bench.output.iterdir())],
        "packages": json.loads((bench.needs["repository"] / "packages.json").read_text()),
        "images": listed,
        "stand_ins": [{"name": i["name"], "stands_in_for": i["stand_in_for"]} for i in stand_ins],
    }


def _build(shelf: Shelf, whole: Part, progress: Progress) -> Bundle:
    shelf.tidy()
    made = shelf.ensure(whole)
    target = shelf.root / whole.key
    if target.exists():
        # It stands there damaged: nothing that is whole comes this far.
        target.rename(shelf.root / f"{UNFINISHED}{whole.key}")
    made.rename(target)
    shelf.tidy()
    forget_old(shelf.root, time.time())
    return Bundle.load(target)


def _finished(directory: Path) -> Bundle | None:
    """Return the bundle when it stands there with every file in its size; None means: build."""
    try:
        bundle = Bundle.load(directory)
        bundle.check_sizes()
    except BundleError:
        return None
    return bundle
