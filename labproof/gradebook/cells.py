"""Text as it may stand in a table that a spreadsheet opens, or in XML; some of it students wrote themselves."""

import re

_BEGIN_FORMULAS = "=+-@\t\r\uff1d\uff0b\uff0d\uff20"
"""OWASP's list for CSV injection, and the full-width forms of = + - @."""
_PARTED = re.compile(rf'(?<=\S)([;\t\r\n][\s"]*)(?=[{re.escape(_BEGIN_FORMULAS.strip())}])')
"""A formula behind what parts cells where a comma does not: Excel in Germany opens a CSV that way, quotes or not."""
_UNSTORABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def plain(text: str) -> str:
    """Return a text without what XML 1.0 or UTF-8 cannot hold: each such character as its code, such as \\x00."""
    return _UNSTORABLE.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: an apostrophe stands before what begins like one."""
    # Some programs trim a cell before they look at it.
    is_formula = text.startswith(tuple(_BEGIN_FORMULAS)) or text.lstrip().startswith(tuple(_BEGIN_FORMULAS))
    inside = _PARTED.sub(r"\1'", plain(text))
    return f"'{inside}" if is_formula else inside
