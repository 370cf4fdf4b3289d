"""Reads the packages of a yum repository in an archive, and the index that yum goes by."""

import bz2
import gzip
import io
import lzma
import xml.etree.ElementTree as ElementTree
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from labproof.ground.errors import BundleError
from labproof.rehearsal.judging import rpm_header
from labproof.rehearsal.judging.tarball import Entry, digest, entries

_REPO = "{http://linux.duke.edu/metadata/repo}"
_COMMON = "{http://linux.duke.edu/metadata/common}"
_MOST_INDEX = 32 * 1024**2
_MOST_PACKED = 8 * 1024**2
_MOST_KEPT = 32 * 1024**2
_MOST_HEADERS = 256 * 1024**2
_ZSTD = b"\x28\xb5\x2f\xfd"
_PACKED: dict[bytes, Callable[..., Any]] = {b"\x1f\x8b": gzip.open, b"BZ": bz2.open, b"\xfd7": lzma.open}
_READ = ("primary", "primary_db")
"""What yum goes by: the second of them, where it is listed."""


@dataclass
class YumArchive:
    """What an archive of a yum repository holds, by paths inside it."""

    packages: dict[str, rpm_header.Package] = field(default_factory=dict)
    sums: dict[str, str] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, bytes] = field(default_factory=dict)
    metadata_sums: dict[str, str] = field(default_factory=dict)
    kept: int = 0
    headers: int = 0
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
            _metadata(entry, found)
        elif entry.is_file:
            _package(entry, found)
    return found


@dataclass(frozen=True)
class Damage:
    """A file of the index that repomd.xml lists and that is not there, or another; `is_read` by yum in any case."""

    place: str
    found: str
    is_read: bool


def damages(archive: YumArchive, folder: str) -> Iterator[Damage]:
    """Yield what differs from repomd.xml: yum refuses such a file. Raises BundleError where there is no repomd.xml."""
    for data in _tree(_repomd(archive, folder)).iter(f"{_REPO}data"):
        place, is_read = _href(data), data.get("type") in _READ
        found = archive.metadata_sums.get(f"{folder}/{place}")
        total = data.find(f"{_REPO}checksum")
        if found is None:
            yield Damage(place, "no such file in the archive", is_read)
        elif total is not None and total.get("type") == "sha256" and (total.text or "").strip() != found:
            yield Damage(place, f"sha256 {found}", is_read)


def index(archive: YumArchive, folder: str) -> list[Indexed]:
    """Return what the index lists, as yum would read it. Raises BundleError where there is none."""
    places = [
        _href(data) for data in _tree(_repomd(archive, folder)).iter(f"{_REPO}data") if data.get("type") == "primary"
    ]
    if not places or f"{folder}/{places[0]}" not in archive.metadata:
        raise BundleError("repomd.xml names no list of packages that is there")
    packed = archive.metadata[f"{folder}/{places[0]}"]
    return [_indexed(package) for package in _tree(_unpacked(packed)).iter(f"{_COMMON}package")]


def _repomd(archive: YumArchive, folder: str) -> bytes:
    repomd = archive.metadata.get(f"{folder}/repodata/repomd.xml")
    if repomd is None:
        raise BundleError(f"no {folder}/repodata/repomd.xml")
    return repomd


def _metadata(entry: Entry, found: YumArchive) -> None:
    """Keep what may be an index, and the sum of everything."""
    assert entry.stream is not None
    head = b""
    if entry.info.size <= min(_MOST_PACKED, _MOST_KEPT - found.kept):
        found.metadata[entry.name] = head = entry.head(_MOST_PACKED)
        found.kept += len(head)
    found.metadata_sums[entry.name] = digest(entry.stream, head)


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
    found.headers += len(kept.seen)
    if found.headers > _MOST_HEADERS:
        raise BundleError("its packages say more of themselves than those of any bundle")
    found.packages[entry.name] = package
    found.sums[entry.name] = digest(entry.stream, bytes(kept.seen))


def _unpacked(data: bytes) -> bytes:
    if data.startswith(_ZSTD):
        raise BundleError(
            "an index packed with zstd, which yum of CentOS 7 cannot read: createrepo_c --general-compress-type=gz"
        )
    if (opener := _PACKED.get(data[:2])) is None:
        return data
    try:
        with opener(io.BytesIO(data)) as stream:
            text: bytes = stream.read(_MOST_INDEX + 1)
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as problem:
        raise BundleError(f"an index that cannot be unpacked ({problem})") from problem
    if len(text) > _MOST_INDEX:
        raise BundleError("an index that is larger than any bundle's")
    return text


def _tree(text: bytes) -> ElementTree.Element:
    # Entities could stand for more text than any memory holds; no index has them.
    # In an encoding of two bytes they would be written in another way.
    if b"\0" in text or b"<!" in text.replace(b"<!--", b""):
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
