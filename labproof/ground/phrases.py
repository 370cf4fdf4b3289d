"""Says a finished English text in another language: found by its words, whatever its blanks were filled with.

Records and errors hold English, with what was seen already in it. A phrase is such a text with its blanks,
`{path}: no such file`; a text that fits it is said with the same fillings. `{problem!t}` in a translation asks that
the filling is said in that language, too; any other filling stands as it is.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

BLANK = re.compile(r"\{(\w*)(![rt])?\}")
"""A blank of a phrase; two braces stand for one that is none."""
LONGEST = 4_000
"""Characters of a text that are looked at: no text of ours is longer, and what a machine printed may be."""
_SHORT = 8
_SHORT_WITHIN = 15
"""A phrase of fewer letters, the second where it begins with a blank, fits much that is none."""
_PIECE = 4
"""Letters that a phrase is looked up by: to ask a text about every phrase takes three times as long."""
_FEW_WORDS = 1
_DEEPEST = 6
"""So many texts stand within one another at most."""
_BRACES = {"{{": "\ue000", "}}": "\ue001"}


class _Phrase(NamedTuple):
    literals: tuple[str, ...]
    names: tuple[str, ...]
    translation: str
    longest: str
    """The longest part between its blanks: a look for it tells most texts that are not this phrase."""

    @property
    def letters(self) -> int:
        return sum(map(len, self.literals))


class Phrasebook:
    """The phrases of one language. What it holds of a text in several lines, or parts, is said part by part.

    `marks` are what that language has between parts, where it is another mark than the text's.
    """

    def __init__(self, translations: Mapping[str, str], marks: Mapping[str, str] | None = None) -> None:
        self._marks = marks or {}
        different = {said: other for said, other in translations.items() if said != other}
        self._phrases = different
        self._whole = {_bare(said): _bare(other) for said, other in different.items() if not _names(said)}
        self._by_piece: defaultdict[str, list[tuple[int, _Phrase]]] = defaultdict(list)
        phrases = [_phrase(said, other) for said, other in different.items() if _names(said)]
        for place, phrase in enumerate(sorted(phrases, key=lambda p: (not p.literals[0], -p.letters))):
            piece = phrase.longest[:_PIECE]
            self._by_piece[piece if len(piece) == _PIECE else ""].append((place, phrase))
        self.find = lru_cache(maxsize=8192)(self._find)

    def say(self, text: str) -> str:
        """Return the text in the language of the book; where that has no phrase for it, as it is."""
        found = self.find(text)
        return text if found is None else found

    def headed(self, head: str, text: str) -> str:
        """Return a text behind its heading, both in the language of the book, with its own colon between them."""
        return self._mark(": ").join((self.say(head), self.say(text)))

    def _mark(self, mark: str) -> str:
        return self._marks.get(mark, mark)

    def _find(self, text: str, depth: int = 0) -> str | None:
        """Return the text in the language of the book, None where there is no phrase for any of it."""
        if not text or len(text) > LONGEST or depth > _DEEPEST:
            return None
        if (known := self._whole.get(text, self._phrases.get(text))) is not None:
            return known
        for phrase in self._alike(text):
            values = _fillings(phrase, text)
            if values is not None and self._is_likely(phrase, values, depth):
                return self._apart(phrase, values, text, depth) or self._filled(phrase, values, depth)
        return self._in_parts(text, depth)

    def _alike(self, text: str) -> Iterator[_Phrase]:
        """Yield the phrases that a text may be, the longest first; those that begin with a blank come last."""
        pieces = {text[at : at + _PIECE] for at in range(len(text) - _PIECE + 1)}
        found = [one for piece in self._by_piece.keys() & pieces for one in self._by_piece[piece]]
        for _, phrase in sorted((*found, *self._by_piece.get("", ()))):
            if phrase.longest in text:
                yield phrase

    def _apart(self, phrase: _Phrase, values: dict[str, str], text: str, depth: int) -> str | None:
        """Return what is several known texts, or one with what was seen behind it, and not one blank of a phrase."""
        lines = text.split("\n")
        if len(lines) > 1 and not any("\n" in literal for literal in phrase.literals):
            # A blank takes several lines only where a phrase does not fit the first of them by itself.
            return None if self._find(lines[0], depth + 1) is None else self._in_parts(text, depth)
        if "; " in text and not any("; " in literal for literal in phrase.literals):
            said = [self._find(part, depth + 1) for part in text.split("; ")]
            if None not in said:
                return self._mark("; ").join(map(str, said))
            # Nor does the last blank of a short phrase take texts that stand behind a known one.
            if said[0] is not None and not phrase.literals[-1] and phrase.letters < _SHORT_WITHIN:
                return self._in_parts(text, depth)
        is_one = any("(" in literal for literal in phrase.literals) or any(v.startswith(" (") for v in values.values())
        return None if is_one else self._with_seen(text, depth)

    def _with_seen(self, text: str, depth: int) -> str | None:
        """Return a known text with what was seen behind it in brackets, None for any other."""
        head, opened, seen = text[:-1].partition(" (")
        if not (opened and text.endswith(")") and _is_balanced(seen)):
            return None
        known = self._find(head, depth + 1)
        return known and f"{known}{self._mark(opened)}{self._within(seen, depth)}{self._mark(')')}"

    def _within(self, text: str, depth: int) -> str:
        found = self._find(text, depth + 1)
        return text if found is None else found

    def _is_likely(self, phrase: _Phrase, values: dict[str, str], depth: int) -> bool:
        """Tell whether a phrase was meant: a short one fits much, so what fills it is one word or known."""
        if phrase.letters >= (_SHORT if phrase.literals[0] else _SHORT_WITHIN):
            return True
        return all(
            len(value.split()) <= _FEW_WORDS or self._find(value, depth + 1) is not None for value in values.values()
        )

    def _in_parts(self, text: str, depth: int) -> str | None:
        for separator in ("\n", "; "):
            parts = text.split(separator)
            if len(parts) > 1:
                said = [self._part(part, depth) for part in parts]
                return self._mark(separator).join(said) if said != parts else None
        # Commas stand in sentences, too: a list is one whose every item is known.
        items = [self._find(item, depth + 1) for item in text.split(", ")] if ", " in text else []
        if items and None not in items:
            return self._mark(", ").join(map(str, items))
        head, colon, rest = text.partition(": ")
        if colon and head in self._whole:
            return f"{self._whole[head]}{self._mark(colon)}{self._within(rest, depth)}"
        return self._with_seen(text, depth)

    def _part(self, text: str, depth: int) -> str:
        start = len(text) - len(text.lstrip())
        found = self._find(text, depth + 1) if start else None
        return text[:start] + self._within(text[start:], depth) if found is None else found

    def _filled(self, phrase: _Phrase, values: dict[str, str], depth: int) -> str:
        def filling(match: re.Match[str]) -> str:
            value = values.get(match[1], match[0])
            return self._within(value, depth) if match[2] == "!t" else value

        # The braces that are none were set aside before the blanks were found.
        return _back(BLANK.sub(filling, phrase.translation))


def blanks(text: str) -> list[str]:
    """Return the names of a phrase's blanks, sorted: those of a translation are the same."""
    return sorted(_names(text))


def _names(text: str) -> list[str]:
    return [match[1] for match in BLANK.finditer(_aside(text))]


def _aside(text: str) -> str:
    for braces, mark in _BRACES.items():
        text = text.replace(braces, mark)
    return text


def _is_balanced(text: str) -> bool:
    opened = 0
    for letter in text:
        opened += (letter == "(") - (letter == ")")
        if opened < 0:
            return False
    return opened == 0


def _bare(text: str) -> str:
    for braces, mark in _BRACES.items():
        text = text.replace(mark, braces[0]).replace(braces, braces[0])
    return text


def _phrase(said: str, translation: str) -> _Phrase:
    text = _aside(said)
    literals = tuple(map(_back, re.split(r"\{\w*(?:![rt])?\}", text)))
    return _Phrase(literals, tuple(_names(said)), _aside(translation), max(literals, key=len))


def _back(text: str) -> str:
    for braces, mark in _BRACES.items():
        text = text.replace(mark, braces[0])
    return text


def _fillings(phrase: _Phrase, text: str) -> dict[str, str] | None:
    """Return what fills the blanks of a phrase in a text, None where it is no such text.

    Each part is taken where it comes first: that finds a match where there is one, in one pass over the text.
    """
    first, *middle, last = phrase.literals
    at, end = len(first), len(text) - len(last)
    if at > end or not text.startswith(first) or not text.endswith(last):
        return None
    values = []
    for literal in middle:
        found = text.find(literal, at, end)
        if found < 0:
            return None
        values.append(text[at:found])
        at = found + len(literal)
    values.append(text[at:end])
    return dict(zip(phrase.names, values, strict=True))
