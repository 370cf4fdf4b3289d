"""What was changed in a report that was signed: a result is drawn again, and the page compared with that."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path

from labproof.ground import language
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
            says, signed = _told_apart(now, was)
            yield f"{name}: line {at + 1}{_place(lines, at)}: says {shown(says)}, signed was {shown(signed)}"


def _told_apart(now: str, was: str) -> tuple[str, str]:
    """Return both lines as a reader sees them: in the reader's language, in another one where only that differs.

    Lines in which only the markup differs are returned as they stand.
    """
    mine = language.current()
    for spoken in (mine, *(name for name in LANGUAGES if name != mine)):
        told = (_Reader(spoken).read(now), _Reader(spoken).read(was))
        if told[0] != told[1]:
            return told
    return now, was


class _Reader(HTMLParser):
    """Reads a line of a page in one language: what stands there in another one is left out."""

    def __init__(self, spoken: str) -> None:
        super().__init__()
        self._others = set(LANGUAGES) - {spoken}
        self._open: list[bool] = []
        self._words: list[str] = []

    def read(self, line: str) -> str:
        """Return the words of a line."""
        self.feed(line)
        self.close()
        return " ".join("".join(self._words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of a text in another language. Elsewhere a tag ends a word."""
        if tag == "span":
            self._open.append(dict(attrs).get("class") in self._others)
        else:
            self._words.append(" ")

    def handle_endtag(self, tag: str) -> None:
        """Take note that a text has ended."""
        if tag != "span":
            self._words.append(" ")
        elif self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Keep what is read."""
        if not any(self._open):
            self._words.append(data)


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
