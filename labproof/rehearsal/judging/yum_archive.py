"""Reads the packages of a yum repository in an archive, and the index that yum goes by."""

import gzip
import io
import xml.etree.ElementTree as ElementTree
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from labproof.ground.errors import BundleError
from labproof.rehearsal.judging import rpm_header
from labproof.rehearsal.judging.tarball import Entry, digest, entries

_REPO = "{http://linux.duke.edu/metadata/repo}"
_COMMON = "{http://linux.duke.edu/metadata/common}"
_MOST_INDEX = 64 * 1024**2
_MOST_PACKED = 8 * 1024**2


@dataclass
class YumArchive:
    """What an archive of a yum repository holds, by paths inside it."""

    packages: dict[str, rpm_header.Package] = field(default_factory=dict)
    sums: dict[str, str] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, bytes] = field(default_factory=dict)
    strange: list[str] = field(default_factory=list)
    """Entries that would be written outside the folder, or are no file and no folder."""


@dataclass(frozen=True)
class Indexed:
    """A package as the index has it: its name and version, its sum, and where it lies."""

    name: str
    version: str
    sum_kind: str
    sum: str
    place: str


def read(path: Path) -> YumArchive:
    """Return what an archive holds. Raises BundleError when it cannot be read to its end."""
    found = YumArchive()
    for entry in entries(path):
        if entry.name.startswith("/") or ".." in entry.name.split("/") or not _is_common(entry):
            found.strange.append(entry.name)
        elif "/repodata/" in f"/{entry.name}" and entry.is_file:
            if entry.info.size <= _MOST_PACKED:
                found.metadata[entry.name] = entry.head(_MOST_PACKED)
        elif entry.is_file:
            _package(entry, found)
    return found


def index(archive: YumArchive, folder: str) -> list[Indexed]:
    """Return what the index lists, as yum would read it. Raises BundleError where there is none."""
    repomd = archive.metadata.get(f"{folder}/repodata/repomd.xml")
    if repomd is None:
        raise BundleError(f"no {folder}/repodata/repomd.xml")
    places = [_href(data) for data in _tree(repomd).iter(f"{_REPO}data") if data.get("type") == "primary"]
    if not places or f"{folder}/{places[0]}" not in archive.metadata:
        raise BundleError("repomd.xml names no list of packages that is there")
    packed = archive.metadata[f"{folder}/{places[0]}"]
    return [_indexed(package) for package in _tree(_unpacked(packed)).iter(f"{_COMMON}package")]


def _is_common(entry: Entry) -> bool:
    return entry.info.isreg() or entry.info.isdir()


def _package(entry: Entry, found: YumArchive) -> None:
    assert entry.stream is not None
    kept = rpm_header.Kept(entry.stream)
    try:
        package = rpm_header.read(kept)
    except BundleError as problem:
        if entry.name.endswith(".rpm"):
            found.unreadable[entry.name] = str(problem)
        return
    found.packages[entry.name] = package
    found.sums[entry.name] = digest(entry.stream, bytes(kept.seen))


def _unpacked(data: bytes) -> bytes:
    if data[:2] != b"\x1f\x8b":
        return data
    try:
        with gzip.open(io.BytesIO(data)) as stream:
            text = stream.read(_MOST_INDEX + 1)
    except (OSError, EOFError, zlib.error) as problem:
        raise BundleError(f"an index that cannot be unpacked ({problem})") from problem
    if len(text) > _MOST_INDEX:
        raise BundleError("an index that is larger than any bundle's")
    return text


def _tree(text: bytes) -> ElementTree.Element:
    # Entities could stand for more text than any memory holds; no index has them.
    if b"<!" in text.replace(b"<!--", b""):
        raise BundleError("an index with declarations of its own")
    try:
        return ElementTree.fromstring(text)
    except ElementTree.ParseError as problem:
        raise BundleError(f"an index that is no XML ({problem})") from problem


def _href(data: ElementTree.Element) -> str:
    location = data.find(f"{_REPO}location")
    return "" if location is None else location.get("href", "")


def _indexed(package: ElementTree.Element) -> Indexed:
    found = {child.tag.removeprefix(_COMMON): child for child in package}
    empty = ElementTree.Element("nothing")
    version, total = found.get("version", empty), found.get("checksum", empty)
    return Indexed(
        found.get("name", empty).text or "",
        version.get("ver", ""),
        total.get("type", ""),
        total.text or "",
        found.get("location", empty).get("href", ""),
    )
