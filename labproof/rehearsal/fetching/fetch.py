"""Fetches a whole bundle into a folder: manifests first, then the images that they name, then the packages."""

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from labproof.ground.errors import BundleError
from labproof.ground.file_lock import Busy, held
from labproof.ground.places import Progress
from labproof.rehearsal.bundle.manifest import MANIFEST, SCHEMA, describe_file
from labproof.rehearsal.fetching import packages, signature, skopeo
from labproof.rehearsal.fetching.download import Download, disk_problem, download
from labproof.rehearsal.fetching.merge import merge
from labproof.rehearsal.fetching.skopeo import Pulled, Puller
from labproof.rehearsal.fetching.sources import Sources
from labproof.rehearsal.judging import workloads
from labproof.rehearsal.judging.expected import DOCKER, KUBOARD, KUBOARD_IMAGES, REPOSITORY, Expected, Packages
from labproof.rehearsal.judging.references import normal, tag

PARTS = ".parts"
"""What the folder beside a bundle's is called in which parts are kept, so that a run that was cut goes on."""

_GIB = 1024**3
_ALWAYS, _THERE = "imagePullPolicy: Always", "imagePullPolicy: IfNotPresent"


@dataclass(frozen=True)
class Wanted:
    """A bundle to fetch: where it shall stand, what the course asks for, where that comes from."""

    out: Path
    expected: Expected
    sources: Sources

    @property
    def images_only(self) -> bool:
        """Tell whether packages are left out: the machines have others."""
        return self.expected.packages is not Packages.NEEDED

    @property
    def nginx(self) -> tuple[str, ...]:
        """Return the images of nginx: those of the sources, and one with a version that the course types."""
        typed = self.expected.nginx
        return self.sources.nginx if tag(typed) == "latest" else (*self.sources.nginx, typed)

    @property
    def work(self) -> Path:
        """Return the folder for parts: not in the bundle's own, which is copied to machines as it is."""
        whole = self.out.resolve()
        return whole.with_name(f"{whole.name}{PARTS}")

    @property
    def log(self) -> Path:
        """Return the file with what the programs said."""
        return self.work / "log"


def plan(wanted: Wanted) -> list[str]:
    """Return what will be fetched, and from where, as lines; nothing is asked of anyone."""
    lines = [f"{m.name}: {m.urls[0]} and {len(m.urls) - 1} more" for m in wanted.sources.manifests]
    fixed = _once([*wanted.expected.images, *wanted.nginx])
    lines += [f"{name}: {' or '.join(wanted.sources.places(name))}" for name in fixed]
    lines.append("the images that the manifests name: from where they say, or as [mirrors] has it")
    if not wanted.images_only:
        asked = " ".join(packages.names(wanted.expected.kubernetes))
        places = ", ".join(r.urls[0] for r in wanted.sources.repositories)
        lines.append(f"{REPOSITORY}: {asked}, with all that they need, from {places}")
    return lines


def fetch(wanted: Wanted, progress: Progress) -> Path:
    """Fetch everything and return the bundle's folder. What an earlier run fetched is used. Raises BundleError."""
    _ready(wanted)
    try:
        with held(wanted.work / "lock"):
            _fill(wanted, progress)
    except Busy:
        raise BundleError(
            f"{wanted.out}: another `labproof bundle fetch` is at work there\n  try: wait for its end"
        ) from None
    except OSError as problem:
        raise disk_problem(Path(problem.filename or wanted.out), problem) from problem
    return wanted.out


def _fill(wanted: Wanted, progress: Progress) -> None:
    files = _manifests(wanted, progress)
    kept, pulled = _images(wanted, files, progress)
    signatures = {} if wanted.images_only else _packages(wanted, progress)
    names = [m.name for m in wanted.sources.manifests] + list(kept) + ([REPOSITORY] if signatures else [])
    _write_manifest(wanted, names, pulled, signatures)


def _ready(wanted: Wanted) -> None:
    """Look for all that is needed before anything is fetched."""
    skopeo.require()
    if not wanted.images_only:
        packages.require()
    try:
        wanted.work.mkdir(parents=True, exist_ok=True)
        wanted.out.mkdir(exist_ok=True)
    except OSError as problem:
        raise disk_problem(wanted.work, problem) from problem
    free = shutil.disk_usage(wanted.work).free / _GIB
    if free < wanted.sources.needs_gib:
        needs = f"{wanted.sources.needs_gib:.0f} GiB free in {wanted.out}"
        raise BundleError(f"expected {needs}, found {free:.1f}\n  try: make room, or choose another --out")


def _manifests(wanted: Wanted, progress: Progress) -> dict[str, workloads.ManifestFile]:
    read = {}
    for source in wanted.sources.manifests:
        target = wanted.work / source.name
        path = download(Download(source.urls, target, source.sha256, "a manifest", workloads.read), progress)
        read[source.name] = workloads.read(path)
        text = path.read_text(encoding="utf-8")
        (wanted.out / source.name).write_text(text.replace(_ALWAYS, _THERE) if source.offline else text, "utf-8")
    return read


def _images(
    wanted: Wanted, files: dict[str, workloads.ManifestFile], progress: Progress
) -> tuple[dict[str, list[Pulled]], list[Pulled]]:
    folder = wanted.work / "images"
    folder.mkdir(exist_ok=True)
    puller = Puller(folder, wanted.log, wanted.sources.plain_http, progress)
    named = {name: _named(file) for name, file in files.items()}
    kuboard = named.pop(KUBOARD, [])
    others = [*wanted.expected.images, *(image for images in named.values() for image in images)]
    archives = {wanted.expected.image_archive: _once([*others, *wanted.nginx]), KUBOARD_IMAGES: _once(kuboard)}
    kept = {archive: [_pull(puller, wanted, name) for name in names] for archive, names in archives.items() if names}
    for archive, pulled in kept.items():
        progress(f"writing {archive} with {len(pulled)} images")
        merge([image.path for image in pulled], wanted.out / archive)
    return kept, [image for pulled in kept.values() for image in pulled]


def _pull(puller: Puller, wanted: Wanted, name: str) -> Pulled:
    return puller.pull(name, wanted.sources.places(name), wanted.sources.digest(name))


def _named(file: workloads.ManifestFile) -> list[str]:
    return [container.image for container in file.containers]


def _once(names: Iterable[str]) -> list[str]:
    return list({normal(name): name for name in names}.values())


def _packages(wanted: Wanted, progress: Progress) -> dict[str, str]:
    checked = {r.name: signature.check(r, wanted.work, progress) for r in wanted.sources.repositories}
    machine = packages.Throwaway(wanted.work / "machine", wanted.log)
    keys = {name: key for name, (key, _) in checked.items()}
    packed = machine.fetch(wanted.sources.repositories, keys, wanted.expected.kubernetes, progress)
    shutil.copyfile(packed, wanted.out / REPOSITORY)
    return {name: said for name, (_, said) in checked.items()}


def _write_manifest(wanted: Wanted, names: list[str], pulled: list[Pulled], signatures: dict[str, str]) -> None:
    content = {
        "schema": SCHEMA,
        "name": wanted.expected.edition,
        "kubernetes": wanted.expected.kubernetes,
        "docker": DOCKER,
        "files": [describe_file(wanted.out / name) for name in sorted(names)],
        "images": [{"name": image.name, "digest": image.digest, "source": image.source} for image in pulled],
        "repositories": [{"name": name, "signature": said} for name, said in signatures.items()],
    }
    part = wanted.out / f"{MANIFEST}.part"
    part.write_text(json.dumps(content, indent=1) + "\n")
    part.replace(wanted.out / MANIFEST)
