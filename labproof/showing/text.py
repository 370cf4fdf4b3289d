"""Text as the page shows it: what cannot be seen becomes visible, `commands` become code, times are short words."""

import html
import math
import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from markupsafe import Markup

_PLAIN = bytes(range(0x20, 0x7F)) + b"\t\n"
_SUSPECT = re.compile(r"[^\t\n\x20-\x7e]")
# Controls, format characters (bidi overrides, zero width), lone surrogates, line and paragraph separators.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_COMMAND = re.compile(r"`([^`\n]+)`")


class Piece(NamedTuple):
    """A run of plain text and the escape that follows it, either may be empty."""

    plain: str
    escape: str


def is_plain(text: str) -> bool:
    """Tell whether a text is plain ASCII, in which nothing is invisible: a search takes ten times as long for that."""
    return text.isascii() and not text.encode().translate(None, _PLAIN)


def visible(value: object) -> object:
    """Return text with every invisible character as an escape, such as \\x1b; leave all else alone."""
    if not isinstance(value, str) or isinstance(value, Markup) or is_plain(value):
        return value
    return _SUSPECT.sub(lambda match: _escape(match[0]), value)


def between_tags(text: str) -> Markup:
    """Return text as it can stand between tags: quotes, of which JSON is made, need no escape there."""
    return Markup(html.escape(text, quote=False))


def length_between_tags(text: str) -> int:
    """Return how many bytes `between_tags` takes of a page."""
    if text.isascii():
        return len(text) + 4 * text.count("&") + 3 * (text.count("<") + text.count(">"))
    return len(between_tags(text).encode("utf-8", "backslashreplace"))


def pieces(text: str) -> Iterator[Piece]:
    """Yield the text as runs of plain characters, each with the escape of the invisible one after it."""
    start = 0
    for match in () if is_plain(text) else _SUSPECT.finditer(text):
        if (escape := _escape(match[0])) != match[0]:
            yield Piece(text[start : match.start()], escape)
            start = match.end()
    yield Piece(text[start:], "")


def prose(text: str) -> Markup:
    """Return a text of the course with its `commands` as code; whatever else stands in it stays text."""
    # Every other part is what stood between two backticks.
    parts = _COMMAND.split(str(visible(text)))
    code = Markup("<code>{}</code>")
    return Markup("").join(code.format(part) if at % 2 else part for at, part in enumerate(parts))


def duration(seconds: float) -> str:
    """Return a length of time, given in seconds, as people read it; `?` for one that is no length."""
    if not math.isfinite(seconds):
        # Evidence is a student's: its times add up to what they like.
        return "?"
    if seconds < 60:
        return f"{seconds:.2f} s" if seconds < 1 else f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"


def in_style(text: str) -> Markup:
    """Return what of a text can stand in a string of the style sheet: nothing that could end that string."""
    return Markup(re.sub(r"[^\w .:-]", "", text)[:60])


def _escape(character: str) -> str:
    if unicodedata.category(character) not in _INVISIBLE:
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
