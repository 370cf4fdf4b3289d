"""A text in every language at once, as a page carries it: its reader chooses without a network.

The style sheet shows the one that the page's own language names; the script only changes that name.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import SupportsFloat

from markupsafe import Markup, escape

from labproof.ground import language
from labproof.ground.language import ENGLISH, LANGUAGES
from labproof.ground.phrases import BLANK, LONGEST
from labproof.ground.places import course_dir
from labproof.ground.wording import book, say
from labproof.records.model import Score, number
from labproof.showing.text import between_tags, is_plain, pieces, prose, visible

KEYWORDS = ("Given", "When", "Then", "And", "But")
"""How the sentences of a scenario begin."""
KINDS = ("command", "api", "page")
"""What an exchange can be."""
_REMEMBERED = 600
"""Characters of a text that may be kept with its translation."""
_SENTENCE = 3
"""From so many words on, what has no translation says for itself that it is English."""


class Both:
    """A text that stands in a page in every language; where all are the same, once."""

    def __init__(self, texts: Mapping[str, Markup]) -> None:
        self._texts = texts
        self._html: Markup | None = None

    def spoken(self, language: str) -> Markup:
        """Return the text in one language."""
        return self._texts[language]

    def __html__(self) -> Markup:
        # One that is remembered stands in a page many times.
        if self._html is None:
            self._html = self._spans()
        return self._html

    def _spans(self) -> Markup:
        if len(set(self._texts.values())) == 1:
            return self._texts[ENGLISH]
        # Thousands stand in a page: Markup.format takes ten times as long, and each text is escaped already.
        return Markup(
            "".join(f'<span class="{name}" lang="{name}">{text}</span>' for name, text in self._texts.items())
        )

    def __bool__(self) -> bool:
        return bool(self._texts[ENGLISH])

    def __str__(self) -> str:
        return str(self._texts[language.current()])


def words(message: str, **fillings: object) -> Both:
    """Return a text of our own in every language; what fills its blanks is escaped unless it is markup."""
    if all(type(value) is int for value in fillings.values()):
        return _counting(message, tuple(fillings.items()))
    return Both({name: _filled(message, name, fillings) for name in LANGUAGES})


def counted(one: str, many: str, count: SupportsFloat, **fillings: object) -> Both:
    """Return the text for one thing or that for many, in every language; `count` fills the blank of that name."""
    return words(one if float(count) == 1 else many, **{"count": count, **fillings})


def said(text: str) -> Both:
    """Return a text of a record in every language: what a machine wrote in it stays, and is shown as text."""
    return _said(text, marked)


def advice(text: str) -> Both:
    """Return a text of the course in every language, with its `commands` as code."""
    return _said(text, prose)


def title(names: Mapping[str, str]) -> Both:
    """Return a title that has its languages with it; where one is missing, in the first that it has."""
    first = next(iter(names.values()), "")
    return Both({name: escape(visible(names.get(name) or say(first, name))) for name in LANGUAGES})


def choice(message: str, **fillings: object) -> Markup:
    """Return the end of a tag and its text, one language at a time: an option of a list can hold no markup."""
    text = words(message, **fillings)
    others = Markup("").join(Markup(' data-{}="{}"').format(name, text.spoken(name)) for name in LANGUAGES)
    return Markup('data-says=""{}>{}').format(others, text.spoken(language.current()))


def titled(names: Mapping[str, str], other: str) -> Markup:
    """Return the end of a tag and a title in it, as `choice` does; another text where there is no title."""
    text = title(names)
    return choice("{title}", title=text if text else other)


def attribute(name: str, message: str, **fillings: object) -> Markup:
    """Return an attribute in the language that is spoken, with the others beside it for the script to change to."""
    text = words(message, **fillings)
    shown = Markup('{}="{}" data-says="{}"').format(name, text.spoken(language.current()), name)
    return shown + Markup("").join(Markup(' data-{}="{}"').format(other, text.spoken(other)) for other in LANGUAGES)


def tip(text: str, before: str = "", longest: int = 1000) -> Markup:
    """Return the attribute by which a text of a record is told to whoever points at it, in every language.

    At most so many characters of the text are told, after `before`, which is the same in all of them.
    """
    return _tip(text[:LONGEST], before, longest, language.current())


def marked(text: str) -> Markup:
    """Return a text that a machine wrote, between tags: what cannot be seen is marked, and not taken for text."""
    if is_plain(text):
        return between_tags(text)
    byte = Markup('<span class="byte">{}</span>')
    return Markup("").join(
        between_tags(plain) + (byte.format(hidden) if hidden else "") for plain, hidden in pieces(text)
    )


def amount(points: Fraction) -> Both:
    """Return points in words."""
    return words("{points} point" if points == 1 else "{points} points", points=number(points))


def summed(total: Score) -> Both:
    """Return what became of the points of a section, in words."""
    lost, blocked = (total.lost, "{points} lost"), (total.blocked, "{points} blocked")
    unseen = (total.undetermined, "{points} undetermined")
    parts = [words("{points} earned", points=number(total.earned))]
    parts += [words(said, points=number(points)) for points, said in (lost, blocked, unseen) if points]
    joined = {name: Markup(_comma(name)).join(part.spoken(name) for part in parts) for name in LANGUAGES}
    return words("{parts} of {possible} points", parts=Both(joined), possible=number(total.possible))


def _comma(spoken: str) -> str:
    return language.MARKS.get(spoken, {}).get(", ", ", ")


def _tagged(tag: str) -> Callable[[object], Markup]:
    return lambda text: Markup("<{0}>{1}</{0}>").format(Markup(tag), visible(text))


IN_TEMPLATES: dict[str, Callable[..., object]] = {
    "_": words, "n_": counted, "said": said, "advice": advice, "title": title,
    "tip": tip, "attribute": attribute, "choice": choice, "titled": titled, "amount": amount, "summed": summed,
    "strong": _tagged("strong"), "bold": _tagged("b"), "code": _tagged("code"),
    "say": say, "number_of": lambda name: Markup('<span data-number="{}"></span>').format(name),
}  # fmt: skip
"""What a template can say, by the names that it has there; Babel finds the texts of `_` and `n_`."""


@lru_cache(maxsize=4096)
def _tip(text: str, before: str, longest: int, spoken: str) -> Markup:
    texts = {name: escape(visible(f"{before}{say(text, name)[:longest]}")) for name in LANGUAGES}
    title = texts.pop(spoken)
    # A class has thousands of them, so each text stands there once; the script exchanges them.
    others = [Markup('data-title-{}="{}"').format(name, text) for name, text in texts.items() if text != title]
    return Markup(" ").join([Markup('title="{}"').format(title), *others])


@lru_cache(maxsize=4096)
def _counting(message: str, numbers: tuple[tuple[str, int], ...]) -> Both:
    # Words alone, or with numbers: the same few hundred of them make most of every page.
    return Both({name: _filled(message, name, dict(numbers)) for name in LANGUAGES})


def _filled(message: str, spoken: str, fillings: Mapping[str, object]) -> Markup:
    between, last = _apart(say(message, spoken))
    parts: list[str] = []
    for text, blank, name in between:
        value = fillings.get(name, blank)
        parts += [text, value.spoken(spoken) if isinstance(value, Both) else escape(visible(value))]
    # Markup.join would escape each of them a second time, to no effect.
    return Markup("".join([*parts, last]))


@lru_cache(maxsize=2048)
def _apart(message: str) -> tuple[list[tuple[Markup, str, str]], Markup]:
    """Return what stands before each blank of a text, the blank and its name; and what stands behind the last."""
    between, at = [], 0
    for match in BLANK.finditer(message):
        between.append((escape(message[at : match.start()]), match[0], match[1]))
        at = match.end()
    return between, escape(message[at:])


def _said(text: str, shown: Callable[[str], Markup]) -> Both:
    # What a machine writes at length is told once; the course's own words are in every report.
    return _remembered(text, shown, course_dir()) if len(text) <= _REMEMBERED else _in_all(text, shown)


@lru_cache(maxsize=2048)
def _remembered(text: str, shown: Callable[[str], Markup], course: Path) -> Both:
    # Each course has words of its own.
    return _in_all(text, shown)


def _in_all(text: str, shown: Callable[[str], Markup]) -> Both:
    texts = {}
    for name in LANGUAGES:
        other = text if name == ENGLISH else book(name).find(text)
        texts[name] = shown(other) if other is not None else _foreign(shown(text), text)
    return Both(texts)


def _foreign(shown: Markup, text: str) -> Markup:
    is_sentence = len(text.split()) >= _SENTENCE
    return Markup('<span lang="{}">{}</span>').format(ENGLISH, shown) if is_sentence and text.isascii() else shown
