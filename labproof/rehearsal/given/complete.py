"""Makes of a bundle that somebody gives one that container machines can work with; the same one is made once."""

import hashlib
import json
import shutil
import time
from pathlib import Path
from typing import Any

from labproof.ground.errors import BundleError, ConfigError
from labproof.ground.places import Progress, course_dir
from labproof.host.modules import is_offered
from labproof.rehearsal.bundle.assemble import build, forget_old
from labproof.rehearsal.bundle.manifest import MANIFEST, SCHEMA, Bundle, describe_file, sha256
from labproof.rehearsal.bundle.parts import UNFINISHED, Shelf
from labproof.rehearsal.fetching.merge import merge
from labproof.rehearsal.given.examine import Examined, examine
from labproof.rehearsal.given.place import root
from labproof.rehearsal.judging.expected import REPOSITORY
from labproof.rehearsal.judging.references import normal

MAKING = 1
"""Changes when a bundle is completed in another way: one that was completed before is not used then."""

_MOST_FILES = 1000


def complete(directory: Path, progress: Progress) -> Bundle:
    """Return a bundle of these files, with what they lack from the rehearsal's own.

    Raises ConfigError in words when container machines cannot work with it; nothing was made then.
    """
    examined = examine(directory, course_dir(), is_offered, progress)
    examined.require()
    for said in examined.instead:
        progress(said.header)
    own = build(progress) if examined.instead else None
    shelf = Shelf(root(), progress)
    with shelf.locked():
        target = shelf.root / _key(examined, own)
        if (found := _finished(target)) is None:
            progress(f"making a bundle of {directory}")
            found = _make(examined, own, target)
            forget_old(shelf.root, time.time())
    return found


def _files(directory: Path) -> list[Path]:
    """Return the files of a folder that somebody gives; what is no file is left there."""
    found = [path for path in sorted(directory.iterdir()) if path.is_file() and path.name != MANIFEST]
    if len(found) > _MOST_FILES:
        raise ConfigError([f"--bundle {directory}: expected {_MOST_FILES} files at most, found {len(found)}"])
    return found


def _key(examined: Examined, own: Bundle | None) -> str:
    """Return 16 digits that change with every byte that is given, and with what is added."""
    said = {
        "making": MAKING,
        "files": {path.name: sha256(path) for path in _files(Path(examined.verdict.directory))},
        "edition": examined.expected.edition,
        "own": own.directory.name if own else "",
        "adds": [examined.adds_packages, examined.kubernetes, examined.expected.image_archive],
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


def _finished(target: Path) -> Bundle | None:
    try:
        found = Bundle.load(target)
        found.check_sizes()
    except BundleError:
        return None
    return found


def _make(examined: Examined, own: Bundle | None, target: Path) -> Bundle:
    work = target.with_name(f"{UNFINISHED}{target.name}")
    for leftover in (work, target):
        shutil.rmtree(leftover, ignore_errors=True)
    work.mkdir(parents=True)
    try:
        _fill(examined, own, work)
        (work / MANIFEST).write_text(json.dumps(_content(examined, own, work), indent=1) + "\n", encoding="utf-8")
        work.replace(target)
    except OSError as problem:
        raise BundleError(f"{work}: {problem.strerror or problem}\n  try: see whether the disk is full") from problem
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return Bundle.load(target)


def _fill(examined: Examined, own: Bundle | None, work: Path) -> None:
    archive = work / examined.expected.image_archive
    for path in _files(Path(examined.verdict.directory)):
        if path.name == examined.image_archive:
            _images(path, examined, own, archive)
        elif path.name != REPOSITORY or not examined.adds_packages:
            # Not a second name for the same file: whoever gives it may change it.
            shutil.copyfile(path, work / path.name)
    if own is not None and examined.adds_packages:
        shutil.copyfile(own.directory / REPOSITORY, work / REPOSITORY)


def _images(path: Path, examined: Examined, own: Bundle | None, target: Path) -> None:
    if own is None or not examined.kubernetes:
        shutil.copyfile(path, target)
        return
    ours = own.directory / examined.expected.image_archive
    merge([path, ours], target, {ours: {normal(name) for name in examined.kubernetes}})


def _content(examined: Examined, own: Bundle | None, work: Path) -> dict[str, Any]:
    packages = [
        {"name": p.name, "version": f"{p.version}-{p.release}", "origin": "the bundle that was given"}
        for p in sorted(examined.packages, key=lambda package: package.name)
    ]
    if own is not None and examined.adds_packages:
        packages = own.content["packages"]
    docker = next((str(p["version"]).partition("-")[0] for p in packages if p["name"] == "docker-ce"), "")
    stand_ins = examined.verdict.stand_ins
    return {
        "schema": SCHEMA,
        "name": examined.expected.edition,
        "kubernetes": examined.expected.kubernetes,
        "docker": docker,
        "given": examined.verdict.directory,
        "instead": [said.header for said in examined.instead],
        "files": [describe_file(path) for path in sorted(work.iterdir())],
        "packages": packages,
        "images": [{"name": name, "id": id_} for name, id_ in examined.verdict.images.items()],
        "stand_ins": [{"name": name, "stands_in_for": stands_in} for name, stands_in in stand_ins.items()],
    }
