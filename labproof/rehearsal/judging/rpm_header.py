"""Reads what an RPM package says of itself: its header, not its file's name.

The format: https://rpm-software-management.github.io/rpm/manual/format_v4.html
"""

import struct
from dataclasses import dataclass
from typing import IO

from labproof.ground.errors import BundleError

LEAD = b"\xed\xab\xee\xdb"
LEAD_SIZE = 96
_MAGIC = b"\x8e\xad\xe8\x01"
_NAME, _VERSION, _RELEASE, _ARCHITECTURE, _PROVIDES, _REQUIRES = 1000, 1001, 1002, 1022, 1047, 1049
_READ = frozenset({_NAME, _VERSION, _RELEASE, _ARCHITECTURE, _PROVIDES, _REQUIRES})
SOURCE = "src"
"""What takes an architecture's place in the name of a source package; its header has that of whoever packed it."""

_MOST_ENTRIES = 65536
_MOST_BYTES = 32 * 1024**2
_MOST_TEXTS = 100_000


@dataclass(frozen=True)
class Package:
    """A package by its own header."""

    name: str
    version: str
    release: str
    architecture: str
    provides: frozenset[str]
    requires: frozenset[str]

    def __str__(self) -> str:
        return f"{self.name}-{self.version}-{self.release}.{self.architecture}"


class Kept:
    """A stream that keeps what was read of it, so that its sum can be taken afterwards."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream, self.seen = stream, bytearray()

    def take(self, size: int) -> bytes:
        """Return exactly so many bytes. Raises BundleError when there are fewer."""
        data = self.stream.read(size)
        self.seen += data
        if len(data) != size:
            raise BundleError("a package that is cut off in its header")
        return data


def read(kept: Kept) -> Package:
    """Return the package whose content begins here. Raises BundleError when it is none."""
    lead = kept.take(LEAD_SIZE)
    if lead[:4] != LEAD:
        raise BundleError("no RPM package")
    is_source = lead[6:8] == b"\0\1"
    _, data = _section(kept)
    kept.take(-len(data) % 8)
    index, data = _section(kept)
    # A header may name one text a thousand times: each tag is read once.
    places = {tag: (offset, count) for tag, offset, count in index if tag in _READ}
    texts = {tag: _texts(data, *place) for tag, place in places.items()}
    if is_source:
        texts[_ARCHITECTURE] = (SOURCE,)
    one = [texts.get(tag, ("",))[0] for tag in (_NAME, _VERSION, _RELEASE, _ARCHITECTURE)]
    if not all(one):
        raise BundleError("a package without a name, a version or an architecture")
    provided = frozenset(texts.get(_PROVIDES, ()))
    return Package(one[0], one[1], one[2], one[3], provided, frozenset(texts.get(_REQUIRES, ())))


def _section(kept: Kept) -> tuple[list[tuple[int, int, int]], bytes]:
    """Return the entries that are texts, as tag, offset and count, and the section's data."""
    magic, _, entries, size = struct.unpack(">4s4sII", kept.take(16))
    if magic != _MAGIC or entries > _MOST_ENTRIES or size > _MOST_BYTES:
        raise BundleError("a package whose header is none")
    index = [struct.unpack(">IIII", kept.take(16)) for _ in range(entries)]
    return [(tag, offset, count) for tag, kind, offset, count in index if kind in (6, 8)], kept.take(size)


def _texts(data: bytes, offset: int, count: int) -> tuple[str, ...]:
    if offset > len(data) or not 0 < count <= _MOST_TEXTS:
        return ("",)
    texts = []
    for _ in range(count):
        end = data.find(b"\0", offset)
        if end < 0:
            break
        texts.append(data[offset:end].decode("utf-8", "replace"))
        offset = end + 1
    return tuple(texts) or ("",)
