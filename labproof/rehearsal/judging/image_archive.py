"""Reads an archive of images as `docker load` would, and proves each layer by its sum."""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

from labproof.ground.errors import BundleError
from labproof.rehearsal.judging.references import normal
from labproof.rehearsal.judging.tarball import GZIP, MOST_BYTES, Entry, digest, entries, unpacked

INDEX = "manifest.json"
STAND_IN = "labproof.stand-in"
"""The label of an image of ours; it is part of the content that the image's id is the sum of."""

_MOST_IMAGES = 500
_MOST_TEXT = 4 * 1024**2
_MOST_TEXTS = 64 * 1024**2


@dataclass(frozen=True)
class Image:
    """An image of an archive: its names, its id and what its configuration says it runs on."""

    names: tuple[str, ...]
    id: str
    platform: str
    problems: tuple[str, ...]
    stands_in_for: str = ""
    """What its own label says that it stands in for; nothing for an original."""


@dataclass
class _Passed:
    """What was seen of an archive's entries while they passed by."""

    sums: dict[str, str] = field(default_factory=dict)
    texts: dict[str, bytes] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    text_bytes: int = 0


def read(path: Path) -> list[Image]:
    """Return the images of an archive. Raises BundleError, in words for "found", when there is no such archive."""
    passed = _Passed()
    unpacked = [MOST_BYTES]
    for entry in entries(path):
        if entry.info.issym():
            passed.links[entry.name] = str(PurePosixPath(entry.name).parent / entry.info.linkname)
        elif entry.info.islnk():
            passed.links[entry.name] = entry.info.linkname
        elif entry.is_file:
            _take(entry, passed, unpacked)
    if INDEX not in passed.texts:
        other = "an OCI archive, which Docker 20.10 does not load" if "oci-layout" in passed.sums else "no images"
        raise BundleError(f"no {INDEX}: {other}")
    rows = _rows(passed.texts[INDEX])
    if len(rows) > _MOST_IMAGES:
        raise BundleError(f"its {INDEX} lists {len(rows)} images, more than any bundle has")
    return [_image(row, passed) for row in rows]


def _take(entry: Entry, passed: _Passed, unpacked: list[int]) -> None:
    """Keep small texts, and the sum of everything; of a packed layer the sum of what it unpacks to."""
    head = entry.head(2)
    if head == GZIP:
        passed.sums[entry.name] = _unpacked_sum(cast(IO[bytes], _Rejoined(head, entry)), unpacked)
        return
    is_text = head[:1] in (b"{", b"[") and entry.info.size <= _MOST_TEXT
    if not is_text or passed.text_bytes + entry.info.size > _MOST_TEXTS:
        assert entry.stream is not None
        passed.sums[entry.name] = digest(entry.stream, head)
        return
    text = head + entry.head(_MOST_TEXT)
    passed.text_bytes += len(text)
    passed.texts[entry.name] = text
    passed.sums[entry.name] = hashlib.sha256(text).hexdigest()


class _Rejoined:
    """A stream whose first bytes were read already."""

    def __init__(self, head: bytes, entry: Entry) -> None:
        self.head, self.entry = head, entry

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        head, self.head = self.head, b""
        return head or self.entry.head(size)


def _unpacked_sum(stream: IO[bytes], left: list[int]) -> str:
    total = hashlib.sha256()
    for data in unpacked(stream):
        left[0] -= len(data)
        if left[0] < 0:
            raise BundleError("its layers unpack to more than any bundle does")
        total.update(data)
    return total.hexdigest()


def _rows(text: bytes) -> list[Any]:
    rows = _json(text)
    if not isinstance(rows, list):
        raise BundleError(f"its {INDEX} is no list of images")
    return rows


def _json(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _image(row: Any, passed: _Passed) -> Image:
    row = row if isinstance(row, dict) else {}
    names = tuple(normal(name) for name in _texts(row.get("RepoTags")))
    place = str(row.get("Config"))
    configuration = _json(passed.texts.get(place, b""))
    if not isinstance(configuration, dict):
        return Image(names, "", "", (f"no configuration {place[:100]}",))
    sum_ = passed.sums[place]
    # The id is the sum of the configuration, and every tool names the file by it.
    problems = [] if sum_ in place else [f"a configuration with the sum {sum_}, under the name {place[:100]}"]
    problems += _layer_problems(_texts(row.get("Layers")), configuration, passed)
    platform = f"{configuration.get('os')}/{configuration.get('architecture')}"
    return Image(names, f"sha256:{sum_}", platform, tuple(problems), _stands_in_for(configuration))


def _stands_in_for(configuration: dict[str, Any]) -> str:
    inner = configuration.get("config")
    labels = inner.get("Labels") if isinstance(inner, dict) else None
    said = labels.get(STAND_IN) if isinstance(labels, dict) else None
    return said if isinstance(said, str) else ""


def _layer_problems(layers: list[str], configuration: dict[str, Any], passed: _Passed) -> list[str]:
    rootfs = configuration.get("rootfs")
    wanted = _texts(rootfs.get("diff_ids") if isinstance(rootfs, dict) else None)
    if not layers or len(layers) != len(wanted):
        return [f"{len(layers)} layers where the configuration has {len(wanted)}"]
    pairs = zip(layers, wanted, strict=True)
    return [said for layer, sum_ in pairs if (said := _layer_problem(layer, sum_, passed))][:3]


def _layer_problem(layer: str, wanted: str, passed: _Passed) -> str:
    # Older tools keep a layer once and link to it.
    place = passed.links.get(layer, layer)
    parts: list[str] = []
    for part in PurePosixPath(place).parts:
        parts = parts[:-1] if part == ".." else [*parts, part]
    found = passed.sums.get("/".join(parts))
    if found is None:
        return f"no layer {layer[:100]}"
    return "" if wanted == f"sha256:{found}" else f"a layer with the sum {found} where its image has {wanted[:80]}"


def _texts(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
