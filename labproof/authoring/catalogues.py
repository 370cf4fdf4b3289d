"""Keeps the catalogues of the languages: what is new in the sources comes in, what is gone leaves."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from labproof.authoring import course_texts
from labproof.ground import language
from labproof.ground.phrases import blanks
from labproof.ground.places import engine_dir
from labproof.ground.wording import course_catalogue, engine_catalogue

_WITH_WORDS = (
    "labproof/classes/register.py",
    "labproof/commands/explaining.py",
    "labproof/commands/language_option.py",
    "labproof/commands/state.py",
    "labproof/grading/expectation.py",
    "labproof/records/model.py",
    "labproof/showing/both.py",
    "labproof/showing/progress.py",
)
"""Where a single word is a text, too."""
_METHODS = (
    ("labproof/authoring/templates.py", "ignore"),
    ("labproof/classes/header.py", "ignore"),
    ("labproof/rehearsal/bundle/r*s.py", "ignore"),
    ("labproof/rehearsal/bundle/repository.py", "ignore"),
    *((name, "labproof.authoring.texts:extract") for name in _WITH_WORDS),
    ("labproof/**.py", "labproof.authoring.texts:extract"),
    ("reports/**.j2", "jinja2"),
)
_OPTIONS = {
    **{name: {"words": "yes"} for name in _WITH_WORDS},
    "labproof/**.py": {},
    "reports/**.j2": {"trim_blocks": "true", "lstrip_blocks": "true"},
}
_KEYWORDS = {"_": None, "n_": (1, 2), "attribute": (2,), "choice": (1,)}
_WIDTH = 120
_ANY_DAY = datetime(2026, 1, 1, tzinfo=UTC)
"""Of every catalogue: a date that changes each time would stand against every merge."""
_HEADER = "# The texts of PROJECT in another language; `labproof author texts` brings them up to date."


def engine_texts() -> dict[str, list[str]]:
    """Return every text of the engine and its templates, each with the files that say it."""
    found: dict[str, list[str]] = {}
    root = engine_dir()
    for name, _, message, _, _ in extract_from_dir(root, list(_METHODS), _OPTIONS, keywords=_KEYWORDS):
        for text in [message] if isinstance(message, str) else message:
            files = found.setdefault(text, [])
            files += [name] if name not in files else []
    return found


def refresh(course: Path, spoken: str = language.CHINESE) -> list[Path]:
    """Bring the catalogues of engine and course up to date, and return those that were written."""
    written = []
    for path, found in (
        (engine_catalogue(spoken), engine_texts()),
        (course_catalogue(spoken, course), course_texts.collect(course)),
    ):
        catalogue = _read(path, spoken)
        catalogue.update(_template(found), no_fuzzy_matching=True)
        catalogue.creation_date = catalogue.revision_date = _ANY_DAY
        with path.open("wb") as file:
            write_po(file, catalogue, width=_WIDTH, ignore_obsolete=True, include_lineno=False, omit_header=False)
        written.append(path)
    return written


def missing(path: Path, found: Mapping[str, Sequence[str]], spoken: str = language.CHINESE) -> list[str]:
    """Return a line for each text that is not said in a language: without a translation, guessed, or gone."""
    catalogue = _read(path, spoken)
    lines = []
    for text in found:
        entry = catalogue.get(text)
        if entry is None or not entry.string:
            lines.append(f"{path}: no translation of {text!r}; `labproof author texts` makes a place for it")
        elif entry.fuzzy:
            lines.append(f"{path}: only a guess at {text!r}; correct it and remove the word fuzzy")
        elif blanks(str(entry.string)) != blanks(text):
            lines.append(f"{path}: {text!r}: the translation has other blanks; use each of them")
    gone = [str(entry.id) for entry in catalogue if entry.id and entry.id not in found]
    return lines + [f"{path}: nobody says {text!r} any more; `labproof author texts` removes it" for text in gone]


def _template(found: Mapping[str, Sequence[str]]) -> Catalog:
    template = Catalog()
    for text, files in sorted(found.items(), key=lambda item: (item[1][0], item[0])):
        template.add(text, locations=[(name, 0) for name in files[:2]])
    return template


def _read(path: Path, spoken: str) -> Catalog:
    if not path.is_file():
        return Catalog(
            locale=spoken,
            project="Labproof",
            version="0",
            header_comment=_HEADER,
            fuzzy=False,
            msgid_bugs_address="none",
            last_translator="none",
            language_team="none",
        )
    with path.open("rb") as file:
        return read_po(file, locale=spoken)
