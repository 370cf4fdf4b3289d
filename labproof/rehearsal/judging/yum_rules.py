"""Judges the yum repository: its packages, their versions, its index, and whether all that is needed is there."""

from collections.abc import Iterator
from pathlib import Path

from labproof.ground.errors import BundleError
from labproof.rehearsal.judging import yum_archive
from labproof.rehearsal.judging.expected import (
    DOCKER,
    FOLDER,
    KUBERNETES_PACKAGES,
    NOT_ON_CENTOS,
    PACKAGES,
    REPOSITORY,
    Expected,
)
from labproof.rehearsal.judging.finding import Finding, plain
from labproof.rehearsal.judging.rpm_header import Package
from labproof.rehearsal.judging.tarball import is_packed

_PACK = f"put the packages into a folder {FOLDER}, run createrepo on it, and tar -czf {REPOSITORY} {FOLDER}"
_INDEX = f"run createrepo on {FOLDER} once more and pack it again"
_PLATFORMS = ("x86_64", "noarch")


def findings(path: Path, expected: Expected) -> tuple[list[Finding], list[Package]]:
    """Return what is wrong with the repository, and its packages by their own headers."""
    try:
        archive = yum_archive.read(path)
    except BundleError as problem:
        whole = "a packed tar archive with a yum repository"
        return [Finding(REPOSITORY, whole, str(problem), "copy it again from where it came, or pack it anew")], []
    packages = [archive.packages[name] for name in sorted(archive.packages)]
    found = [*_shape(path, archive), *_versions(packages, expected), *_needs(packages), *_index(archive)]
    return found, packages


def _shape(path: Path, archive: yum_archive.YumArchive) -> Iterator[Finding]:
    if not is_packed(path):
        yield Finding(REPOSITORY, "gzip: the handout unpacks it with `tar -zxvf`", "another format", _PACK)
    if archive.strange:
        found = f"{len(archive.strange)} others, such as {plain(archive.strange[0])}"
        yield Finding(REPOSITORY, f"files and folders inside {FOLDER} only", found, _PACK)
    for name, problem in sorted(archive.unreadable.items())[:5]:
        yield Finding(REPOSITORY, f"a package in {plain(name)}", problem, "fetch that package again")
    strays = [name for name in archive.packages if not name.startswith(f"{FOLDER}/")]
    if strays:
        yield Finding(REPOSITORY, f"packages in /opt/{FOLDER}, where the handout's baseurl is", plain(strays[0]), _PACK)


def _versions(packages: list[Package], expected: Expected) -> Iterator[Finding]:
    wanted = dict.fromkeys(PACKAGES, "") | dict.fromkeys(KUBERNETES_PACKAGES, expected.kubernetes)
    wanted |= {"docker-ce": DOCKER, "docker-ce-cli": DOCKER}
    for name, version in wanted.items():
        of_name = [package for package in packages if package.name == name]
        there = [package for package in of_name if package.architecture in _PLATFORMS]
        said = f"{name} {version}".strip()
        if not there:
            # One for another processor is as good as none.
            others = plain(", ".join(map(str, of_name))) if of_name else "no package of that name"
            yield Finding(REPOSITORY, f"the package {said}", others, f"add {said}; {_INDEX}")
        # Kubernetes is asked for by its version, Docker is not: there the newest of them is installed.
        fits = any if name in KUBERNETES_PACKAGES else all
        if there and not fits(_is_of(package.version, version) for package in there):
            versions = plain(", ".join(package.version for package in there))
            yield Finding(REPOSITORY, f"the package {said}", versions, f"put {said} in its place; {_INDEX}")
    for package in packages:
        if package.architecture not in _PLATFORMS:
            said = f"packages for {' or '.join(_PLATFORMS)}"
            yield Finding(REPOSITORY, said, plain(package), "leave it out, or fetch it for x86_64", breaks=False)


def _is_of(found: str, wanted: str) -> bool:
    """Tell whether a version is the one that is wanted, or one of its series."""
    return not wanted or found == wanted or found.startswith(f"{wanted}.")


def _needs(packages: list[Package]) -> Iterator[Finding]:
    there = {name for package in packages for name in (package.name, *package.provides)}
    for name in NOT_ON_CENTOS:
        needing = sorted({package.name for package in packages if name in package.requires})
        if needing and name not in there:
            expected = f"{name}, which {', '.join(needing[:3])} needs and a minimal CentOS 7.6 has not"
            yield Finding(REPOSITORY, expected, "no package provides it", f"add it; {_INDEX}")


def _index(archive: yum_archive.YumArchive) -> Iterator[Finding]:
    try:
        for damage in yum_archive.damages(archive, FOLDER):
            said = f"{plain(damage.place)} with the sum that repomd.xml has"
            yield Finding(REPOSITORY, said, damage.found, _INDEX, damage.is_read)
        listed = yum_archive.index(archive, FOLDER)
    except BundleError as problem:
        yield Finding(REPOSITORY, "an index that yum can read", str(problem), _INDEX)
        return
    indexed = {f"{FOLDER}/{row.place}": row for row in listed}
    for place, row in sorted(indexed.items()):
        package = archive.packages.get(place)
        said = f"{plain(row.name)} {plain(row.version)} at {plain(row.place)}, as the index says"
        if package is None:
            yield Finding(REPOSITORY, said, "no package there", _INDEX)
        elif (package.name, package.version) != (row.name, row.version):
            yield Finding(REPOSITORY, said, plain(package), _INDEX)
        elif row.sum_kind == "sha256" and row.sum != archive.sums[place]:
            yield Finding(REPOSITORY, f"sha256 {plain(row.sum)} of {plain(row.place)}", archive.sums[place], _INDEX)
    for place in sorted(archive.packages.keys() - indexed.keys()):
        yield Finding(REPOSITORY, "every package in the index", f"{plain(place)} is not", _INDEX)
