"""Reads a whole bundle and says everything that is wrong with it."""

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from labproof.ground.errors import BundleError, ConfigError
from labproof.ground.places import Progress
from labproof.host.checks.bundle import is_plain
from labproof.rehearsal.judging import expected as expectation
from labproof.rehearsal.judging import image_archive, manifest_rules, sums, workloads, yum_rules
from labproof.rehearsal.judging.expected import (
    CALICO,
    DASHBOARD,
    HANDOUT,
    KUBOARD,
    KUBOARD_IMAGES,
    REHEARSAL,
    REPOSITORY,
    STAND_INS_END,
    Expected,
    Packages,
)
from labproof.rehearsal.judging.finding import Finding, Verdict, plain
from labproof.rehearsal.judging.image_archive import Image
from labproof.rehearsal.judging.references import normal, repository, tag
from labproof.rehearsal.judging.rpm_header import Package

_MOST_FILES = 1000
_PLATFORM = "linux/amd64"
_MOST_TOLD = 20
_TAKE_OUT = "take it out of the folder, or put the file itself there"
_ONE = "save only the one that is meant: docker load takes the name away from the one before"
_SAVE = "docker save the images by their names once more"


def judge(directory: Path, course: Path, progress: Progress) -> Verdict:
    """Return the verdict on a folder that should be a bundle. Raises ConfigError when there is no such folder."""
    _there(directory)
    edition = sums.edition(sums.content(directory)) or _edition_by_images(directory)
    return judge_as(directory, expectation.load(course, edition), progress)


def judge_as(directory: Path, expected: Expected, progress: Progress) -> Verdict:
    """Return the verdict on a folder by what one edition expects, whatever its manifest says that it is for."""
    there = _there(directory)
    manifest = sums.content(directory)
    progress("comparing sums")
    found = [*sums.findings(directory, manifest), *_missing(directory, expected), *_strange(there)]
    packages: list[Package] = []
    if expected.packages is not Packages.REPLACED and (directory / REPOSITORY).is_file():
        progress(f"reading {REPOSITORY}")
        wrong, packages = yum_rules.findings(directory / REPOSITORY, expected)
        found += wrong
    archives = _Archives(directory, expected, progress)
    found += [*archives.findings, *_manifests(directory, expected, archives)]
    named = {name: image for images in archives.read.values() for image in images for name in image.names}
    stand_ins = {plain(name): plain(image.stands_in_for) for name, image in named.items() if image.stands_in_for}
    names = tuple(plain(package) for package in packages)
    # A file that the manifest lists and the handout names too is missing once, not twice.
    unique = tuple({(f.file, f.expected, f.found): f for f in found}.values())
    images = {plain(name): image.id for name, image in named.items()}
    return Verdict(str(directory), expected.edition, unique, names, images, stand_ins)


def _edition_by_images(directory: Path) -> str:
    """Return which edition the manifests are of, where nothing says it: only the rehearsal's ask for stand-ins."""
    for name in (CALICO, DASHBOARD, KUBOARD):
        with contextlib.suppress(BundleError):
            if (directory / name).is_file() and any(
                repository(container.image).endswith(STAND_INS_END)
                for container in workloads.read(directory / name).containers
            ):
                return REHEARSAL
    return HANDOUT


def _there(directory: Path) -> list[Path]:
    try:
        return sorted(directory.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        raise ConfigError([f"{directory}: expected a folder with a bundle, found none; check the path"]) from None
    except OSError as problem:
        raise ConfigError(
            [f"{directory}: it cannot be read: {problem.strerror}; check the path and its rights"]
        ) from problem


def _strange(there: Iterable[Path]) -> Iterator[Finding]:
    for path in [path for path in there if not is_plain(path)][:_MOST_TOLD]:
        found = "a link that leads to no file" if path.is_symlink() else "a pipe, a socket or a device"
        yield Finding(plain(path.name), "files alone: all that is here is copied to a machine", found, _TAKE_OUT)


class _Archives:
    """Every archive of images in a bundle, and what is wrong with them."""

    def __init__(self, directory: Path, expected: Expected, progress: Progress) -> None:
        self.read: dict[str, list[Image]] = {}
        self.findings: list[Finding] = []
        named = {expected.image_archive, KUBOARD_IMAGES}
        further = [path for path in _there(directory) if _may_be_tar(path.name) and path.name != REPOSITORY]
        # However many others there are, the handout's own are read.
        paths = dict.fromkeys([*(directory / name for name in sorted(named)), *further[:_MOST_FILES]])
        for path in [path for path in paths if path.is_file()]:
            progress(f"reading {plain(path.name)}")
            self._read(path, is_named=path.name in named)
        self.findings += _of_one_name(self.read)
        # What an archive that cannot be read would have had is not known: that is told once, by the archive.
        self.unread = named - self.read.keys()
        if not self.unread:
            self.findings += lacking(expected.images, expected.image_archive, self.names())
            self.findings += _nginx(expected, self.names())

    def names(self, archive: str = "") -> set[str]:
        """Return the names of the images in one archive, or in all."""
        images = [image for name, read in self.read.items() if archive in ("", name) for image in read]
        return {name for image in images for name in image.names}

    def _read(self, path: Path, is_named: bool) -> None:
        try:
            images = image_archive.read(path)
        except BundleError as problem:
            kind = "an archive of images, as `docker save` writes it"
            self.findings.append(Finding(plain(path.name), kind, str(problem), _SAVE, breaks=is_named))
            return
        self.read[path.name] = images
        self.findings += [found for image in images for found in _image(path.name, image)]
        if not is_named:
            load = "have it loaded on both machines too, or put its images into the archive that the handout names"
            extra = "an archive more, which the handout does not say to load"
            self.findings.append(Finding(plain(path.name), "no other archive of images", extra, load, breaks=False))


def _of_one_name(read: Mapping[str, list[Image]]) -> Iterator[Finding]:
    """Yield the names that more than one image has: the machine knows the one that was loaded last by it."""
    images: dict[str, dict[str, str]] = {}
    for file, image, name in ((file, one, name) for file, found in read.items() for one in found for name in one.names):
        images.setdefault(name, {}).setdefault(image.id, file)
    for name, ids in images.items():
        if len(ids) > 1:
            files = plain(", ".join(dict.fromkeys(ids.values())))
            found = f"{len(ids)} images of this name in {files}"
            yield Finding(list(ids.values())[-1], f"one image with the name {plain(name)}", found, _ONE, breaks=False)


def _may_be_tar(name: str) -> bool:
    return name.endswith((".tar", ".tar.gz", ".tgz", ".tar.xz"))


def _image(file: str, image: Image) -> Iterator[Finding]:
    said = plain(", ".join(image.names) or image.id or "an image without id")
    if not image.names:
        yield Finding(file, "a name for every image", f"none for {said}", f"{_SAVE}: by an id the name is lost")
    for problem in image.problems:
        yield Finding(file, f"{said}, whole", plain(problem), _SAVE)
    if image.platform and image.platform != _PLATFORM:
        fix = f"docker pull --platform {_PLATFORM}, and save it again"
        yield Finding(file, f"{said} for {_PLATFORM}", plain(image.platform), fix)


def _missing(directory: Path, expected: Expected) -> Iterator[Finding]:
    for name in expected.files:
        if not (directory / name).is_file():
            like = name.partition("-v")[0]
            same = sorted(p.name for p in directory.iterdir() if p.name.startswith(like) and p.name != name)
            found = f"no such file, but {plain(', '.join(same))}" if "-v" in name and same else "no such file"
            fix = f"add {name}; `labproof bundle fetch` makes a whole bundle"
            yield Finding(name, "a file of this name: the handout's commands use it", found, fix)


def lacking(images: Iterable[str], archive: str, there: Collection[str]) -> Iterator[Finding]:
    """Yield the images of kubeadm that no archive of the bundle has."""
    for image in images:
        if normal(image) not in there:
            same = sorted(name for name in there if name.rpartition("/")[2].partition(":")[0] == _short(image))
            found = f"only {plain(', '.join(same))}" if same else "no archive of the bundle has it"
            fix = f"docker pull it by this name, or docker tag it, and save it into {archive}"
            yield Finding(archive, f"the image {image}, which kubeadm init asks for", found, fix)


def _nginx(expected: Expected, there: set[str]) -> Iterator[Finding]:
    nginx = sorted(name for name in there if repository(name) == repository(expected.nginx))
    if not nginx:
        fix = f"docker pull {expected.nginx}, and save it into {expected.image_archive}"
        yield Finding(expected.image_archive, "an image of nginx", "no archive of the bundle has one", fix)
    elif all(tag(name) == "latest" for name in nginx):
        fix = "add one with a version, such as nginx:1.20, and have that typed into the Dashboard's form"
        found = f"{nginx[0]}: by that tag a registry is asked, and offline there is none"
        yield Finding(expected.image_archive, "an image of nginx with a version", found, fix, breaks=False)


def _short(image: str) -> str:
    return image.rpartition("/")[2].partition(":")[0]


def _manifests(directory: Path, expected: Expected, archives: _Archives) -> Iterator[Finding]:
    for name in (CALICO, DASHBOARD, KUBOARD):
        if not (directory / name).is_file():
            continue
        try:
            manifest = workloads.read(directory / name)
        except BundleError as problem:
            yield Finding(name, "a manifest of Kubernetes", str(problem), "take the release's own file again")
            continue
        yield from manifest_rules.common(manifest, None if archives.unread else archives.names(), expected)
        if name == CALICO:
            yield from manifest_rules.calico(manifest, expected)
        elif name == DASHBOARD:
            yield from manifest_rules.dashboard(manifest, expected)
        else:
            loaded = None if KUBOARD_IMAGES in archives.unread else archives.names(KUBOARD_IMAGES)
            yield from manifest_rules.kuboard(manifest, expected, loaded)
