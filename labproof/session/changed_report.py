"""What was changed in a report that was signed: a result is drawn again, and the page compared with that."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from labproof.ground.language import LANGUAGES
from labproof.ground.plain_file import open_plain
from labproof.ground.shape import shown
from labproof.records import pictures
from labproof.records.model import RunRecord
from labproof.showing import report

LIMIT = 256 * 1024 * 1024
"""Bytes of a report that are read: a page has less than two million."""
_MOST = 10
_BODY = re.compile(r'id="criterion-([^"]+)"')
_BEGINS = '<details class="criterion'
_TAG = re.compile(r"<[^>]*>")


def changes(path: Path, run: RunRecord | None, digest: str) -> list[str]:
    """Return what a page says and what it said when it was signed, line by line.

    Where the result was changed as well (`run` is None), or was drawn by another Labproof, nobody knows what it said.
    """
    original = _signed(path, run, digest) if run else ""
    if not original:
        return [f"{path.name}: not the page that was signed"]
    with open_plain(path, LIMIT, "fetch it as it was signed") as file:
        page = file.read(LIMIT).decode("utf-8", "replace").split("\n")
    lines = original.split("\n")
    if len(page) != len(lines):
        at = next((n for n, (a, b) in enumerate(zip(page, lines, strict=False)) if a != b), min(len(page), len(lines)))
        place = _place(lines, min(at, len(lines) - 1))
        return [f"{path.name}: {len(page)} lines, signed were {len(lines)}; the first that differs is {at + 1}{place}"]
    found = list(_differing(path.name, page, lines))
    return found[:_MOST] + ([f"{path.name}: and {len(found) - _MOST} more lines"] if len(found) > _MOST else [])


def _signed(path: Path, run: RunRecord, digest: str) -> str:
    """Return the page that was signed, made in whichever language it was; an empty text if it was none of these."""
    screenshots = pictures.load(path.parent, run)
    pages = (report.render(run, screenshots=screenshots, spoken=spoken) for spoken in LANGUAGES)
    return next((page for page in pages if hashlib.sha256(page.encode()).hexdigest() == digest), "")


def _differing(name: str, page: Sequence[str], lines: Sequence[str]) -> Iterator[str]:
    for at, (now, was) in enumerate(zip(page, lines, strict=True)):
        if now != was:
            yield f"{name}: line {at + 1}{_place(lines, at)}: says {_said(now)}, signed was {_said(was)}"


def _said(line: str) -> str:
    """Return a line as a reader sees it, short; one in which only the markup differs is shown as it stands."""
    return shown(_TAG.sub(" ", line).strip() or line)


def _place(lines: Sequence[str], at: int) -> str:
    """Return the criterion that a line belongs to: its heading stands before its id, its body behind it."""
    for line in reversed(lines[: at + 1]):
        if found := _BODY.search(line):
            return f", criterion {found[1]}"
        if _BEGINS in line:
            break
        if "</details>" in line and line.strip() == "</details>":
            return ""
    else:
        return ""
    ahead = (_BODY.search(line) for line in lines[at:])
    found = next((match for match in ahead if match), None)
    return f", criterion {found[1]}" if found else ""
