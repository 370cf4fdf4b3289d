"""Fetches a file over HTTP: goes on where a connection was cut, tries one address after another, checks the sum."""

import errno
import hashlib
import http.client
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labproof.ground.errors import BundleError
from labproof.ground.places import Progress

SECONDS = 30
"""How long an address may say nothing."""

_MOST_BYTES = 4 * 1024**3
_CHUNK = 256 * 1024
_TRIES = 4
_AGAIN = "try: the same command again; what is here already is kept"


class _Cut(BundleError):
    """Report that an address did not give the whole file, so that the next one is tried."""


@dataclass(frozen=True)
class Download:
    """A file to fetch: the addresses that have it, where it shall stand, and its sum where that is known."""

    urls: Sequence[str]
    target: Path
    sha256: str = ""


def download(wanted: Download, progress: Progress) -> Path:
    """Fetch a file, unless it stands there already, and return its path.

    Raises BundleError that names every address with what was wrong there.
    """
    if wanted.target.is_file() and (not wanted.sha256 or _sum(wanted.target) == wanted.sha256):
        return wanted.target
    problems = []
    for url in wanted.urls:
        try:
            return _from(url, wanted, progress)
        except _Cut as problem:
            problems.append(f"  {url}: {problem}")
            progress(f"{wanted.target.name}: {url}: {problem}")
    raise BundleError("\n".join((f"{wanted.target.name}: expected a file, found none", *problems, f"  {_AGAIN}")))


def disk_problem(path: Path, problem: OSError) -> BundleError:
    """Return the error for a file that could not be written."""
    full = problem.errno in (errno.ENOSPC, errno.EDQUOT)
    what = "the disk is full" if full else f"it cannot be written: {problem.strerror}"
    return BundleError(
        f"{path}: {what}\n  try: make room, or choose another --out; then {_AGAIN.removeprefix('try: ')}"
    )


def _from(url: str, wanted: Download, progress: Progress) -> Path:
    """Fetch from one address, again and again as long as each try brings more."""
    part = wanted.target.with_name(f"{wanted.target.name}.part")
    cut = _Cut("no answer")
    for _ in range(_TRIES):
        before = part.stat().st_size if part.exists() else 0
        try:
            _once(url, part, progress)
            _check(part, wanted)
            return part.replace(wanted.target)
        except _Cut as problem:
            cut = problem
        if (part.stat().st_size if part.exists() else 0) <= before:
            break
    raise cut


def _check(part: Path, wanted: Download) -> None:
    if wanted.sha256 and (found := _sum(part)) != wanted.sha256:
        part.unlink()
        raise _Cut(f"expected sha256 {wanted.sha256}, found {found}")


def _once(url: str, part: Path, progress: Progress) -> None:
    offset, headers = _resume(url, part)
    try:
        with _opened(url, headers) as answer:
            goes_on = answer.status == 206 and answer.headers.get("Content-Range", "").startswith(f"bytes {offset}-")
            whole = int(answer.headers.get("Content-Length") or 0) + (offset if goes_on else 0)
            if whole > _MOST_BYTES:
                raise _Cut(f"{whole} bytes, more than any part of a bundle has")
            _note(part, url, answer)
            progress(f"{part.stem}: {'going on at' if goes_on else 'fetching'} {offset if goes_on else url}")
            got = _copy(answer, part, offset if goes_on else 0)
    except urllib.error.HTTPError as problem:
        problem.close()
        if problem.code == 416:
            part.unlink(missing_ok=True)
        raise _Cut(f"HTTP {problem.code} {problem.reason}") from problem
    except (OSError, http.client.HTTPException, ValueError) as problem:
        raise _Cut(str(getattr(problem, "reason", "") or problem or type(problem).__name__)) from problem
    if got > _MOST_BYTES:
        raise _Cut(f"more than {_MOST_BYTES} bytes, which no part of a bundle has")
    if whole and got != whole:
        raise _Cut(f"cut off after {got} of {whole} bytes")


def _opened(url: str, headers: dict[str, str]) -> Any:
    if not url.startswith(("https://", "http://")):
        raise _Cut("an address that is not https:// or http://")
    return urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=SECONDS)


def _copy(answer: Any, part: Path, offset: int) -> int:
    """Write what comes behind what is there, and return the size that this makes. Raises BundleError for the disk."""
    got = offset
    while True:
        data = answer.read(_CHUNK) if got <= _MOST_BYTES else b""
        try:
            with part.open("r+b" if got else "wb") as out:
                out.seek(got)
                out.write(data)
        except OSError as problem:
            raise disk_problem(part, problem) from problem
        got += len(data)
        if not data:
            return got


def _resume(url: str, part: Path) -> tuple[int, dict[str, str]]:
    """Return where to go on, and the headers that ask for it: only with what the same address called this file."""
    note = part.with_name(f"{part.name}.from")
    size = part.stat().st_size if part.exists() else 0
    known, _, validator = note.read_text().partition("\n") if note.exists() else ("", "", "")
    if not size or known != url or not validator:
        return 0, {}
    return size, {"Range": f"bytes={size}-", "If-Range": validator}


def _note(part: Path, url: str, answer: Any) -> None:
    etag = answer.headers.get("ETag", "")
    validator = etag if etag and not etag.startswith("W/") else answer.headers.get("Last-Modified", "")
    try:
        part.with_name(f"{part.name}.from").write_text(f"{url}\n{validator}")
    except OSError as problem:
        raise disk_problem(part, problem) from problem


def _sum(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
