"""Reading what was handed in: a zip or a folder, whose names, sizes and contents are a student's.

Nothing is unpacked by its name: only the files of a hand-in are read, by us, and never more of them than is said here.
"""

import functools
import io
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol

from labproof.ground.errors import ConfigError, LabError
from labproof.ground.plain_file import open_plain
from labproof.handins import entry_name

EVIDENCE, RESULT, REPORT = "evidence.jsonl", "result.json", "report.html"
MIB = 1024 * 1024
MOST_EVIDENCE = 64 * MIB
"""Bytes of evidence that are judged: a finished lab leaves three million."""

MOST_RESULT = 16 * MIB
_LONG_END = 56 + 20
"""Bytes of the longer form of a zip's end, and of what leads to it: APPNOTE.TXT 4.3.14 and 4.3.15."""

_SLACK = _LONG_END + 65_536 + 22
"""Bytes in which a zip's end stands: APPNOTE.TXT 4.3.16, with the longest comment."""

_LONGEST_NAME = 512
"""Bytes that an entry's line in the list of entries may have, all of them taken together."""

_DAMAGED = (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError, struct.error)
"""What zipfile raises of a damaged file; NotImplementedError is its word for a way of packing that it does not know."""

_WRITTEN = "`labproof hand-in` writes it"
_AGAIN = "hand in the file as `labproof hand-in` wrote it"


class Unfit(LabError):
    """Report that a hand-in cannot be taken, in words for its student."""


@dataclass(frozen=True)
class Limits:
    """What a zip may be: bytes of the file, how many entries, bytes that one of them unpacks to, and all of them."""

    packed: int
    entries: int
    each: int
    unpacked: int


HAND_IN = Limits(packed=64 * MIB, entries=1_000, each=128 * MIB, unpacked=256 * MIB)
DOWNLOAD = Limits(packed=16 * 1024 * MIB, entries=50_000, each=HAND_IN.packed, unpacked=1024 * 1024 * MIB)
"""A whole class in one file: the platform has made it, and an entry that is too much is its own student's trouble."""

_DEEPEST = 6
"""How many folders may lie within one another; what lies deeper is not looked at."""

RATIO, SMALL = 200, 8 * MIB
"""How often what is packed may unpack to; up to so many bytes nobody asks: blanks are small, and harmless."""


class Tree(Protocol):
    """Files by their names, with the bytes that they say they have; `bad` are entries that are not to be touched."""

    @property
    def sizes(self) -> Mapping[str, int]:
        """Return every file that may be read."""

    @property
    def bad(self) -> Mapping[str, str]:
        """Return every entry that may not, and why."""

    def read(self, name: str, limit: int) -> bytes:
        """Return a file. Raises Unfit for one that is longer, or is not what it says."""


class ZipTree:
    """The files of a zip."""

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        size = file.seek(0, io.SEEK_END)
        if size > limits.packed:
            raise Unfit(f"expected at most {limits.packed // MIB} MiB, found {size // MIB} MiB; {_WRITTEN} smaller")
        _require_few(file, size, limits)
        try:
            self._zip = zipfile.ZipFile(file)
        except _DAMAGED as problem:
            raise Unfit(f"not a zip, or only a part of one ({problem}); upload the whole file again") from None
        named = [(entry_name.of(entry), entry) for entry in self._zip.infolist()]
        entries = [(name, entry) for name, entry in named if not name.endswith("/") or _problem(entry, limits)]
        total = sum(entry.file_size for _, entry in entries)
        if total > limits.unpacked or (limits is HAND_IN and total > max(SMALL, size * RATIO)):
            found = f"{size:,} bytes that say they unpack to {total:,}"
            raise Unfit(f"a zip bomb: {found}; {_AGAIN}")
        self._entries = dict(entries)
        self.bad = {name: said for name, entry in entries if (said := _problem(entry, limits))}
        counted = Counter(name for name, _ in entries)
        self.bad |= {
            name: f"{shown(name)}: two entries have this name; {_AGAIN}" for name in counted if counted[name] > 1
        }
        self.sizes = {name: entry.file_size for name, entry in self._entries.items() if name not in self.bad}

    def read(self, name: str, limit: int) -> bytes:
        """Return a file. Raises Unfit for one that is longer, or is not what it says."""
        try:
            with self._zip.open(self._entries[name]) as file:
                # Python goes on reading until there is as much; the header's word on the size is the student's.
                data = file.read(limit + 1)
        except (*_DAMAGED, RuntimeError, zlib.error) as bad:
            raise Unfit(f"{shown(name)}: damaged ({bad}); upload the whole file again") from None
        return _bounded(name, data, limit)


class FolderTree:
    """The files of a folder, as a platform or a student has unpacked them; links are not followed.

    What lies in `apart` is none of them.
    """

    def __init__(self, root: Path, apart: Path | None = None) -> None:
        self._root = root
        self._apart = apart.resolve() if apart else None

    @property
    def sizes(self) -> Mapping[str, int]:
        """Return every file that may be read."""
        return self._found[0]

    @property
    def bad(self) -> Mapping[str, str]:
        """Return every entry that may not, and why."""
        return self._found[1]

    @functools.cached_property
    def _found(self) -> tuple[dict[str, int], dict[str, str]]:
        sizes: dict[str, int] = {}
        bad: dict[str, str] = {}
        for path in _walk(self._root, _DEEPEST, self._apart):
            name, kind = path.relative_to(self._root).as_posix(), path.lstat()
            if stat.S_ISREG(kind.st_mode):
                sizes[name] = kind.st_size
            else:
                bad[name] = f"{shown(name)}: a link or a device, which is not followed; hand in the file itself"
            if len(sizes) + len(bad) > DOWNLOAD.entries:
                fix = "name the folder of one assignment"
                raise ConfigError([f"--hand-ins: {self._root}: more than {DOWNLOAD.entries} files; {fix}"])
        return sizes, bad

    def read(self, name: str, limit: int) -> bytes:
        """Return a file. Raises Unfit for one that is longer, or that cannot be read."""
        try:
            with open_plain(self._root / name, limit, "hand in the file as it was written") as file:
                return _bounded(name, file.read(limit + 1), limit)
        except (ConfigError, OSError) as problem:
            raise Unfit(f"{shown(name)}: cannot be read ({problem})") from None


@dataclass(frozen=True)
class Chain:
    """The way to a hand-in: a file or a folder on disk, zips within it, and the folder in the last of them."""

    root: Path
    limits: Limits = HAND_IN
    inner: tuple[str, ...] = ()
    home: str = ""

    @contextmanager
    def opened(self) -> Iterator[Tree]:
        """Give what is at the end of the way. Raises Unfit for a zip that is none, or that is hostile."""
        if self.root.is_dir():
            yield FolderTree(self.root)
            return
        with self.root.open("rb") as file:
            tree = ZipTree(file, self.limits)
            for name in self.inner:
                tree = ZipTree(io.BytesIO(tree.read(name, HAND_IN.packed)), HAND_IN)
            yield tree

    @contextmanager
    def within(self, tree: Tree, name: str) -> Iterator[Tree]:
        """Give a zip in a tree of this way that is open already. Raises Unfit as `opened` does."""
        if self.root.is_dir():
            with self.to(name).opened() as inner:
                yield inner
        else:
            yield ZipTree(io.BytesIO(tree.read(name, HAND_IN.packed)), HAND_IN)

    def to(self, name: str) -> "Chain":
        """Return the way to a file that may be a zip."""
        return Chain(self.root / name) if self.root.is_dir() else replace(self, inner=(*self.inner, name))

    def at(self, home: str) -> "Chain":
        """Return the way to a folder that is a hand-in."""
        return Chain(self.root / home) if self.root.is_dir() else replace(self, home=home)

    def name(self, file: str) -> str:
        """Return the name of a hand-in's own file in the tree."""
        return f"{self.home}/{file}" if self.home else file


def shown(name: str) -> str:
    """Return a name of an entry as an error shows it: short, whatever it is."""
    text = ascii(name)
    return text if len(text) <= 120 else f"{text[:117]}..."


def _bounded(name: str, data: bytes, limit: int) -> bytes:
    if len(data) > limit:
        raise Unfit(f"{shown(name)}: expected at most {limit // MIB} MiB; {_WRITTEN} smaller")
    return data


def _problem(entry: zipfile.ZipInfo, limits: Limits) -> str:
    """Return why an entry is not to be touched, nothing where it may be read."""
    # As it stands in the zip: zipfile itself cuts a name at its first NUL, and turns a backslash on Windows.
    name, path = entry.orig_filename, PurePosixPath(entry.orig_filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or "\x00" in name or (len(name) > 1 and name[1] == ":"):
        return f"{shown(name)}: a name that leads out of the zip; {_AGAIN}"
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind and kind not in (stat.S_IFREG, stat.S_IFDIR):
        return f"{shown(name)}: a link or a device; {_AGAIN}"
    if entry.flag_bits & 0x1:
        return f"{shown(name)}: encrypted; hand in the file without a password"
    if entry.file_size > limits.each:
        return f"{shown(name)}: expected at most {limits.each // MIB} MiB, found {entry.file_size // MIB}; {_AGAIN}"
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return f"{shown(name)}: packed in an unusual way; {_AGAIN}"
    return ""


def _require_few(file: BinaryIO, size: int, limits: Limits) -> None:
    """Raise Unfit for a zip whose list of entries is long: all of it would be read before any of it is seen."""
    file.seek(max(0, size - _SLACK))
    tail = file.read(_SLACK)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise Unfit("not a zip, or only a part of one; upload the whole file again")
    count, listed = _listed(tail, at)
    if count > limits.entries or listed > limits.entries * _LONGEST_NAME:
        raise Unfit(f"expected at most {limits.entries} files in the zip; {_WRITTEN} with four")


def _listed(tail: bytes, at: int) -> tuple[int, int]:
    """Return how many entries the list at a zip's end has, and its bytes; `at` is where the end stands."""
    count, listed = struct.unpack("<HL", tail[at + 10 : at + 16])
    long = tail[max(0, at - _LONG_END) : at]
    # Some programs write the longer form for small files, too; zipfile looks for it at this place alone.
    if long[:4] == b"PK\x06\x06" and long[56:60] == b"PK\x06\x07":
        count, listed = struct.unpack("<QQ", long[32:48])
    return count, listed


def _walk(root: Path, deepest: int, apart: Path | None) -> Iterator[Path]:
    for path in sorted(root.iterdir()):
        if path.is_dir() and not path.is_symlink() and deepest:
            yield from _walk(path, deepest - 1, apart) if path.resolve() != apart else ()
        elif not path.is_dir() or path.is_symlink():
            yield path
