"""Says a text of the engine or the course in the reader's language; what has no translation stays English.

The engine's catalogue is `labproof/locale/zh.po`, the course's `exercises/zh.po`; a course may have none.
"""

from functools import lru_cache
from pathlib import Path

from labproof.ground import language, po_file
from labproof.ground.phrases import BLANK, Phrasebook
from labproof.ground.places import course_dir, engine_dir


def say(text: str, spoken: str = "") -> str:
    """Return a text in a language, the one that is spoken now where none is named."""
    wanted = spoken or language.current()
    return text if wanted == language.ENGLISH else book(wanted).say(text)


def headed(head: str, text: str) -> str:
    """Return a text behind its heading in the language that is spoken now, such as `failed: no such file`."""
    spoken = language.current()
    return f"{head}: {text}" if spoken == language.ENGLISH else book(spoken).headed(head, text)


def fill(text: str, spoken: str = "", /, **fillings: object) -> str:
    """Return a phrase in a language, with its blanks filled by what is in that language already."""
    return BLANK.sub(lambda blank: str(fillings.get(blank[1], blank[0])), say(text, spoken))


def book(spoken: str) -> Phrasebook:
    """Return the phrases of a language, of the engine and of the course."""
    return _book(spoken, course_dir())


def engine_catalogue(spoken: str) -> Path:
    """Return the file with the engine's texts in a language."""
    return engine_dir() / "labproof" / "locale" / f"{spoken}.po"


def course_catalogue(spoken: str, course: Path) -> Path:
    """Return the file with a course's texts in a language."""
    return course / "exercises" / f"{spoken}.po"


@lru_cache(maxsize=8)
def _book(spoken: str, course: Path) -> Phrasebook:
    texts = po_file.read(engine_catalogue(spoken)) | po_file.read(course_catalogue(spoken, course))
    return Phrasebook(texts, language.MARKS.get(spoken))
