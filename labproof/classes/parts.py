"""What a learning platform's table has in several columns, as the one text that a roster has."""

import unicodedata
from collections.abc import Mapping

from labproof.classes.header import trimmed


def whole(values: Mapping[str, str]) -> dict[str, str]:
    """Return a student's texts by the keys of a roster alone.

    Canvas has an id of its own beside the school's, which its import knows as well; Moodle has a name in two parts,
    and a table with a first name beside a name has the family's there.
    """
    found = dict(values)
    if trimmed(school := found.pop("sis", "")):
        found["id"] = school
    first, last = trimmed(found.pop("first", "")), trimmed(found.pop("last", ""))
    name = trimmed(found.get("name", ""))
    if first and not last and first.casefold() not in name.casefold():
        last, name = name, ""
    if not name and (first or last):
        found["name"] = f"{last}{first}" if _is_chinese(last) and _is_chinese(first) else f"{first} {last}".strip()
    return found


def place(columns: Mapping[str, str]) -> dict[str, str]:
    """Return where each text of a student stands, for a problem with it."""
    found = dict(columns)
    for key, other in (("id", "sis"), ("name", "first"), ("name", "last")):
        if other in columns:
            found.setdefault(key, columns[other])
    return found


def is_of_the_table(values: Mapping[str, str]) -> bool:
    """Tell whether a row is about the columns and no student: Canvas has one with the points that can be had."""
    return not trimmed(values.get("id", "")) and "points possible" in values.get("name", "").casefold()


def _is_chinese(text: str) -> bool:
    return bool(text) and all(unicodedata.name(c, "").startswith("CJK") for c in text)
