"""Fetches a file over HTTP: goes on where a connection was cut, tries one address after another, checks the sum."""

import errno
import hashlib
import http.client
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labproof.ground.errors import BundleError
from labproof.ground.places import Progress
from labproof.ground.wait import Deadline

SECONDS = 30
"""How long an address may say nothing."""

LEAST_BYTES = 30 * 1024
"""How much an address has to give in that time on the average."""

_SHOWN = 400
_MOST_BYTES = 4 * 1024**3
_CHUNK = 256 * 1024
_TRIES = 4
_AGAIN = "try: the same command again; what is here already is kept"


class _Cut(BundleError):
    """Report that an address did not give the whole file, so that the next one is tried."""


class _Slow(_Cut):
    """Report that an address gives too little for anybody to wait for the rest of it."""


def _any_will_do(path: Path) -> None:
    """Take every file for the right one."""


@dataclass(frozen=True)
class Download:
    """A file to fetch: the addresses that have it, where it shall stand, and its sum where that is known."""

    urls: Sequence[str]
    target: Path
    sha256: str = ""
    what: str = "a file"
    require: Callable[[Path], object] = _any_will_do
    """Raises BundleError, in words for "found", where an address gave something else: many say so with status 200."""

    slowest: float = LEAST_BYTES / SECONDS
    """Bytes a second; of an address that gives less for `patience` seconds no more is taken."""

    patience: float = 2 * SECONDS


def download(wanted: Download, progress: Progress) -> Path:
    """Fetch a file, unless it stands there already, and return its path.

    Raises BundleError that names every address with what was wrong there.
    """
    if wanted.target.is_file() and not _wrong(wanted.target, wanted):
        return wanted.target
    problems = []
    for url in wanted.urls:
        try:
            return _from(url, wanted, progress)
        except _Cut as problem:
            problems.append(f"  {url}: {problem}")
            progress(f"{wanted.target.name}: {url}: {problem}")
    expected = f"{wanted.target.name}: expected {wanted.what}, found none"
    raise BundleError("\n".join((expected, *problems, f"  {_AGAIN}")))


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
            _once(url, part, wanted, progress)
            if wrong := _wrong(part, wanted):
                part.unlink()
                raise _Cut(wrong)
            return part.replace(wanted.target)
        except _Slow:
            raise
        except _Cut as problem:
            cut = problem
        # What an earlier run has left may be what is wrong: without it everything is asked for once more.
        is_anew = before > 0 and not part.exists()
        if not is_anew and (part.stat().st_size if part.exists() else 0) <= before:
            break
    raise cut


def _wrong(path: Path, wanted: Download) -> str:
    """Return in words what a file is instead of the one that is wanted; nothing where it is that."""
    if wanted.sha256 and (found := _sum(path)) != wanted.sha256:
        return f"expected sha256 {wanted.sha256}, found {found}"
    try:
        wanted.require(path)
    except BundleError as problem:
        return " ".join(str(problem).split())[:_SHOWN]
    return ""


def _once(url: str, part: Path, wanted: Download, progress: Progress) -> None:
    offset, headers = _resume(url, part)
    try:
        with _opened(url, headers) as answer:
            goes_on = answer.status == 206 and answer.headers.get("Content-Range", "").startswith(f"bytes {offset}-")
            if answer.status == 206 and not goes_on:
                part.unlink(missing_ok=True)
                raise _Cut("another part than the one that was asked for")
            whole = int(answer.headers.get("Content-Length") or 0) + (offset if goes_on else 0)
            if whole > _MOST_BYTES:
                raise _Cut(f"{whole} bytes, more than any part of a bundle has")
            _note(part, url, answer)
            progress(f"{part.stem}: {'going on at' if goes_on else 'fetching'} {offset if goes_on else url}")
            got = _copy(answer, part, offset if goes_on else 0, wanted)
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


def _copy(answer: Any, part: Path, offset: int, wanted: Download) -> int:
    """Write what comes behind what is there, and return the size that this makes. Raises BundleError for the disk."""
    got = noted = offset
    until = Deadline(wanted.patience)
    while True:
        # As much as is there: waiting for a whole chunk would be waiting for days where a byte comes each second.
        data = answer.read1(_CHUNK) if got <= _MOST_BYTES else b""
        try:
            with part.open("r+b" if got else "wb") as out:
                out.seek(got)
                out.write(data)
        except OSError as problem:
            raise disk_problem(part, problem) from problem
        got += len(data)
        if not data:
            return got
        if until.is_expired:
            if got - noted < wanted.slowest * wanted.patience:
                raise _Slow(f"{got - noted} bytes in {until.elapsed:.0f} s, which is too slow to wait for")
            noted, until = got, Deadline(wanted.patience)


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
