"""Reads a catalogue in the format of gettext, as Babel and every editor of translations write it.

It is read as it is committed, not compiled: a translation is never older than its file.
"""

import json
from collections.abc import Iterator
from pathlib import Path


def read(path: Path) -> dict[str, str]:
    """Return what each text is in the language of the file; what is not translated, or only by a guess, is left out."""
    if not path.is_file():
        return {}
    return {said: other for said, other, is_guess in _entries(path) if said and other and not is_guess}


def _entries(path: Path) -> Iterator[tuple[str, str, bool]]:
    """Yield text, translation and whether that is fuzzy: a guess of a tool that nobody has confirmed."""
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        texts = {"msgid": "", "msgstr": ""}
        key, is_guess = "", False
        for line in block.splitlines():
            if line.startswith("#"):
                is_guess |= line.startswith("#,") and "fuzzy" in line
                continue
            word, _, rest = line.partition(" ")
            key, quoted = (word, rest) if word in texts else (key, line)
            if key:
                texts[key] += _unquoted(quoted)
        yield texts["msgid"], texts["msgstr"], is_guess


def _unquoted(quoted: str) -> str:
    """Return the text between quotes. What Babel escapes, it escapes as JSON does."""
    plain = quoted[1:-1]
    # Nearly every line has nothing that is escaped, and there are thousands.
    if quoted == f'"{plain}"' and "\\" not in plain and '"' not in plain:
        return plain
    return str(json.loads(quoted, strict=False))
