"""Reads a tar archive that may be anything: bounded in size and in number, and nothing of it is unpacked."""

import bz2
import gzip
import hashlib
import lzma
import os
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from labproof.ground.errors import BundleError

GZIP = b"\x1f\x8b"
MOST_BYTES = 12 * 1024**3
"""Unpacked bytes of one archive that are read at most: twice what the largest known bundle has."""

MOST_ENTRIES = 50_000
MOST_IN_HEADER = 1024 * 1024
CHUNK = 1024 * 1024
_PACKED: dict[bytes, Callable[..., Any]] = {GZIP: gzip.open, b"BZ": bz2.open, b"\xfd7": lzma.open}
_BROKEN = (
    tarfile.TarError,
    EOFError,
    gzip.BadGzipFile,
    lzma.LZMAError,
    zlib.error,
    ValueError,
    OverflowError,
    # Each header that only describes the next one is read by a call within the call.
    RecursionError,
)


class _Header(tarfile.TarInfo):
    """Refuses an entry whose name alone is larger than memory should hold: tarfile reads such a name at once."""

    @classmethod
    def frombuf(cls, buf: Any, encoding: str, errors: str) -> Any:
        entry = super().frombuf(buf, encoding, errors)
        if not (entry.isreg() or entry.isdir()) and entry.size > MOST_IN_HEADER:
            raise tarfile.ReadError(f"a header of {entry.size} bytes")
        return entry


class _Counted:
    """Gives an archive's bytes, and no more of them than are allowed."""

    def __init__(self, stream: IO[bytes], most: int) -> None:
        self.stream, self.left = stream, most

    def read(self, size: int) -> bytes:
        """Return up to so many bytes. Raises BundleError when too many were read."""
        data = self.stream.read(size)
        self.left -= len(data)
        if self.left < 0:
            raise BundleError("it unpacks to more than any bundle does")
        return data


class _Content:
    """The content of one entry; it is read while the archive's reader waits, so it has errors of its own."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream

    def read(self, size: int = -1) -> bytes:
        """Return up to so many bytes. Raises BundleError for an archive that is broken in this entry."""
        with _told():
            return self.stream.read(size)


@dataclass(frozen=True)
class Entry:
    """One entry of an archive, while it passes by."""

    info: tarfile.TarInfo
    stream: IO[bytes] | None

    @property
    def name(self) -> str:
        """Return the path without a leading "./"."""
        return self.info.name.removeprefix("./")

    @property
    def is_file(self) -> bool:
        """Tell whether it has content of its own."""
        return self.stream is not None

    def head(self, size: int) -> bytes:
        """Return the next bytes, up to so many."""
        return self.stream.read(size) if self.stream else b""


def entries(path: Path, most: int = MOST_BYTES) -> Iterator[Entry]:
    """Yield each entry in order; its content can be read until the next one is asked for.

    Raises BundleError, in words for "found", for what is no tar, is cut off, or is too large.
    """
    with _told(), _opened(path) as stream:
        counted = cast(IO[bytes], _Counted(stream, most))
        with tarfile.open(fileobj=counted, mode="r|", tarinfo=_Header) as tar:
            yield from _each(tar)


def unpacked(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield what a packed stream holds, piece by piece. Raises BundleError when it is broken."""
    with _told(), gzip.GzipFile(fileobj=stream) as layer:
        while data := layer.read(CHUNK):
            yield data


def is_packed(path: Path) -> bool:
    """Tell whether a file is gzip, by its first bytes."""
    with path.open("rb") as stream:
        return stream.read(2) == GZIP


def digest(stream: IO[bytes], head: bytes = b"") -> str:
    """Return the SHA-256 of what was read already and of all that follows."""
    total = hashlib.sha256(head)
    while data := stream.read(CHUNK):
        total.update(data)
    return total.hexdigest()


def _each(tar: tarfile.TarFile) -> Iterator[Entry]:
    number = 0
    while (info := tar.next()) is not None:
        # It would keep every header until the end, with a mebibyte of remarks in each.
        cast(Any, tar).members.clear()
        number += 1
        if number > MOST_ENTRIES:
            raise BundleError(f"it has more than {MOST_ENTRIES} entries")
        if info.issparse():
            raise BundleError("it has a sparse file, which no tool for images or packages writes")
        content = tar.extractfile(info) if info.isreg() else None
        yield Entry(info, cast(IO[bytes], _Content(content)) if content else None)
    # The checksum of a packed file stands at its end, which tar does not read.
    while cast(Any, tar.fileobj).read(CHUNK):
        pass


@contextmanager
def _told() -> Iterator[None]:
    """Turn what Python's readers raise for broken archives into our error."""
    try:
        yield
    except _BROKEN as problem:
        raise BundleError(_said(problem)) from problem
    except OSError as problem:
        raise BundleError(f"it cannot be read: {problem.strerror or problem}") from problem


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    with path.open("rb") as raw:
        if os.fstat(raw.fileno()).st_size > MOST_BYTES:
            raise BundleError("it is larger than any bundle")
        opener = _PACKED.get(raw.read(2))
        raw.seek(0)
        if opener is None:
            yield raw
            return
        with opener(raw, "rb") as stream:
            yield cast(IO[bytes], stream)


def _said(problem: BaseException) -> str:
    if isinstance(problem, EOFError) or "unexpected end" in str(problem):
        return "it is cut off before its end"
    if "Not a gzipped file" in str(problem):
        return (
            "something else stands behind the end of its packed part: it was fetched badly, or joined with another file"
        )
    return f"it is no tar archive that can be read ({problem})"
