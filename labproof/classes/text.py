"""The text of a table as a spreadsheet program has saved it, whatever encoding that took."""

import codecs
import contextlib
import re
from pathlib import Path

from labproof.ground.errors import ConfigError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""The marks that a file may begin with; that of UTF-32 begins with one of UTF-16."""
_HIGH = re.compile(rb"(?:[\x81-\xfe][0-9][\x81-\xfe][0-9]|[\x80-\xff])+")
"""Letters that are not ASCII: GB18030 writes rare ones as four bytes, of which two are digits."""


def decode(data: bytes, path: Path) -> str:
    """Return the text of a file. Raises ConfigError where it is in none of the encodings that are known here."""
    return readings(data, path)[0]


def readings(data: bytes, path: Path) -> list[str]:
    """Return the texts that a file may be, the likeliest first. Raises ConfigError where it is none."""
    found = []
    for encoding in _candidates(data):
        with contextlib.suppress(UnicodeDecodeError):
            found.append(data.decode(encoding))
    if not found:
        raise ConfigError([f"{path}: neither UTF-8, UTF-16 nor GB18030 text; save it as CSV UTF-8"])
    return found


def _candidates(data: bytes) -> tuple[str, ...]:
    """Return the encodings that a file may have, the likeliest first."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return (encoding,)
    if b"\0" in data:
        # Commas and digits are half zeros in UTF-16: it shows in which half.
        return ("utf-16-le",) if data[1::2].count(0) >= data[::2].count(0) else ("utf-16-be",)
    return ("utf-8", "cp1252", "gb18030") if is_western(data) else ("utf-8", "gb18030", "cp1252")


def is_western(data: bytes) -> bool:
    """Tell whether the letters that are not ASCII stand alone, as umlauts do: those of Chinese come in pairs."""
    runs = _HIGH.findall(data)
    return 2 * sum(len(run) == 1 for run in runs) > len(runs)
