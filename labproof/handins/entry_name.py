"""What an entry of a zip is called, whatever program has packed it."""

import zipfile

from labproof.classes.text import is_western

_IS_UTF_8 = 0x800
"""The flag of a name in UTF-8; without it, a name is in code page 437: APPNOTE.TXT 4.4.4, bit 11, and appendix D."""


def of(entry: zipfile.ZipInfo) -> str:
    """Return the name of an entry, its folders parted by slashes.

    macOS writes UTF-8 without its flag, and Windows in China GB18030; PowerShell 5 parts folders with backslashes.
    """
    name = entry.filename if entry.flag_bits & _IS_UTF_8 or entry.filename.isascii() else _meant(entry.filename)
    # Some programs begin every name with `./`.
    return "/".join(part for part in name.replace("\\", "/").split("/") if part != ".")


def _meant(name: str) -> str:
    try:
        data = name.encode("cp437")
    except UnicodeEncodeError:
        return name
    for encoding in ("utf-8",) if is_western(data) else ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name
