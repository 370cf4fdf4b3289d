"""Compares a bundle's files with the sums that its own manifest lists, when it has one."""

import hashlib
import json
from pathlib import Path
from typing import Any

from labproof.rehearsal.judging.expected import HANDOUT, OFFICIAL, REHEARSAL
from labproof.rehearsal.judging.finding import Finding, plain
from labproof.rehearsal.judging.tarball import MOST_BYTES

MANIFEST = "manifest.json"
_MOST_BYTES = 4 * 1024**2
_AGAIN = "copy the file again from where it came, or make the bundle anew"


def content(directory: Path) -> dict[str, Any] | None:
    """Return the manifest; None where there is none, and nothing in it where it cannot be read."""
    path = directory / MANIFEST
    if not path.is_file():
        return None
    try:
        with path.open("rb") as stream:
            read = json.loads(stream.read(_MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}


def edition(manifest: dict[str, Any] | None) -> str:
    """Return which edition of the course a bundle is for; nothing where its manifest does not say it."""
    said = manifest.get("name") if manifest else None
    if said is None:
        return ""
    return said if isinstance(said, str) and said in (REHEARSAL, OFFICIAL) else HANDOUT


def findings(directory: Path, manifest: dict[str, Any] | None) -> list[Finding]:
    """Return what differs from the manifest."""
    if manifest is None:
        found = "none: what was copied badly shows only where an archive's own sums tell it"
        make = "none is needed; `labproof bundle fetch` writes one"
        return [Finding(MANIFEST, "a list of the files with their sums", found, make, breaks=False)]
    rows = manifest.get("files")
    if not isinstance(rows, list) or not rows:
        return [Finding(MANIFEST, "a list `files` with name, size and sha256", "none that can be read", _AGAIN)]
    seen: set[str] = set()
    return [found for row in rows for found in _row(directory, row if isinstance(row, dict) else {}, seen)]


def _row(directory: Path, row: dict[str, Any], seen: set[str]) -> list[Finding]:
    name, wanted = row.get("name"), row.get("sha256")
    if not isinstance(name, str) or not isinstance(wanted, str) or Path(name).name != name:
        return [Finding(MANIFEST, "a name without folders and a sha256 for each file", plain(row), _AGAIN)]
    if name in seen:
        return [Finding(MANIFEST, "each file once", f"{plain(name)} twice", _AGAIN, breaks=False)]
    seen.add(name)
    try:
        return _compared(directory / name, row.get("size"), wanted.lower())
    except OSError as problem:
        found = f"it cannot be read: {problem.strerror or problem}"
        return [Finding(plain(name), "a file, as the manifest lists it", found, _AGAIN)]


def _compared(path: Path, size: Any, wanted: str) -> list[Finding]:
    name = plain(path.name)
    if not path.is_file():
        return [Finding(name, "a file, as the manifest lists it", "no such file", _AGAIN)]
    if (found := path.stat().st_size) != size:
        return [Finding(name, f"{plain(size)} bytes", f"{found} bytes", _AGAIN)]
    if found > MOST_BYTES:
        return [Finding(name, "a file of a bundle", f"{found} bytes, more than any bundle has", _AGAIN)]
    with path.open("rb") as stream:
        total = hashlib.file_digest(stream, "sha256").hexdigest()
    return [] if total == wanted else [Finding(name, f"sha256 {plain(wanted)}", f"sha256 {total}", _AGAIN)]
