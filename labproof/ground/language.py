"""The language that people are spoken to in: asked for, or the one that the reader's computer is set to."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

ENGLISH = "en"
CHINESE = "zh"
LANGUAGES = (ENGLISH, CHINESE)
"""English is what the texts are written in; every other has a catalogue."""

MARKS = {
    CHINESE: {
        ", ": "\N{FULLWIDTH COMMA}",
        "; ": "\N{FULLWIDTH SEMICOLON}",
        ": ": "\N{FULLWIDTH COLON}",
        " (": "\N{FULLWIDTH LEFT PARENTHESIS}",
        ")": "\N{FULLWIDTH RIGHT PARENTHESIS}",
    }
}
"""What a language has between the parts of a text, where that is not what English has."""

_PLAIN = ("C", "POSIX")
_chosen = ""


def current() -> str:
    """Return the language that is spoken now."""
    return _chosen or ENGLISH


def use(language: str) -> None:
    """Speak this language from now on."""
    global _chosen
    _chosen = language


def use_reader(environment: Mapping[str, str]) -> None:
    """Speak the reader's language from now on, unless one was chosen already."""
    use(_chosen or of_reader(environment))


@contextmanager
def spoken(language: str) -> Iterator[None]:
    """Speak this language within the block."""
    before = _chosen
    use(language)
    try:
        yield
    finally:
        use(before)


def of_reader(environment: Mapping[str, str]) -> str:
    """Return the language of the reader's locale, English where that is none of ours.

    The order is gettext's: https://www.gnu.org/software/gettext/manual/html_node/Locale-Environment-Variables.html
    """
    locale = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := environment.get(name))), "C")
    if locale.partition(".")[0] in _PLAIN:
        return ENGLISH
    wishes = [*environment.get("LANGUAGE", "").split(":"), locale]
    return next((known for wish in wishes if (known := _known(wish))), ENGLISH)


def _known(wish: str) -> str:
    """Return our language of a locale such as zh_CN.UTF-8, nothing for another one."""
    name = wish.replace("-", "_").partition("_")[0].partition(".")[0].lower()
    return name if name in LANGUAGES else ""
