"""How learning platforms name what they give for download: what a path tells of whose hand-in it is.

Moodle: `Full Name_12345_assignsubmission_file/FILE` or, without folders, `..._assignsubmission_file_FILE`; before that
may stand the group's name and a dash (mod/assign/locallib.php, download_submissions). Canvas:
`lastfirst_LATE_USER_FILE_NAME`, without spaces (ContentZipper). Gradescope: `submission_123/FILE`, and beside those
folders `submission_metadata.yml`, which says whose they are.

What lies within that is a student's, who may name it as a platform names another student's: the outermost name counts.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from labproof.classes.roster import Student
from labproof.ground.untrusted import read_yaml

METADATA = "submission_metadata.yml"
_MOODLE = re.compile(r"(?P<name>[^_]+)_(?P<number>\d+)_assignsubmission_[a-z]+(_.*)?")
_CANVAS = re.compile(r"(?P<name>[^_]+)(?P<late>_LATE)?_(?P<user>\d+)_(?P<file>\d+)_.+")
_BESIDE = re.compile(
    r"[^_]+_\d+_assignsubmission_onlinetext(_.*)?|[^_]+(_LATE)?_\d+_(text|link)\.html", re.IGNORECASE | re.DOTALL
)
"""What a student has written in a form of Moodle's or Canvas's, beside the files."""

_MOST_WORDS = 5
"""Words of a name that are put in every order: a platform writes the family's name first, a roster may not."""


@dataclass(frozen=True)
class Person:
    """Whoever a platform says has handed something in."""

    name: str = ""
    id: str = ""
    email: str = ""


@dataclass(frozen=True)
class Hint:
    """What a platform tells of one hand-in: whose it may be, when it came (ISO), whether that was late.

    `otherwise` is what tells of it where this may be an accident: a folder's name that only looks like Canvas's.
    """

    people: tuple[Person, ...] = ()
    received: str = ""
    is_late: bool = False
    otherwise: "Hint | None" = None

    @property
    def is_certain(self) -> bool:
        """Tell whether a platform has given this name: what lies further within is a student's."""
        return self.otherwise.is_certain if self.otherwise else bool(self.people or self.received)

    @property
    def innermost(self) -> "Hint":
        """Return the hint that holds where nobody knows the students: the last one that names anybody."""
        inner = self.otherwise.innermost if self.otherwise else None
        return inner if inner and inner.people else self


Metadata = Mapping[str, Hint]
"""What Gradescope tells of each folder, by its name from the top on."""


def metadata(text: str) -> Metadata:
    """Return what a `submission_metadata.yml` tells; what is not as Gradescope writes it tells nothing."""
    try:
        # Its keys are Ruby's symbols, which begin with a colon.
        found = read_yaml(text)
    except ValueError:
        return {}
    return {str(folder): _hint(told) for folder, told in found.items() if isinstance(told, dict)}


def hint(place: Iterable[str], told: Metadata) -> Hint:
    """Return what the parts of a path tell of whose hand-in it is, the outermost first; nothing where none does."""
    parts = tuple(place)
    for number, part in enumerate(parts):
        known = "/".join(parts[: number + 1])
        if tells := told.get(known) or told.get(part):
            return tells
        if found := _MOODLE.fullmatch(part):
            return Hint((Person(name=found["name"]),))
        if found := _CANVAS.fullmatch(part):
            mine = Hint((Person(name=found["name"]),), is_late=bool(found["late"]))
            rest = parts[number + 1 :]
            inside = {name.removeprefix(f"{known}/"): one for name, one in told.items() if name.startswith(f"{known}/")}
            # Canvas gives files alone; a folder may be somebody's own, such as lab_2026_11_25.
            return replace(mine, otherwise=hint(rest, {**told, **inside})) if rest else mine
    return Hint()


def further(outer: Hint, inner: Hint) -> Hint:
    """Return a hint with what is told further within, which has a say only where the outer one is not certain."""
    if outer.is_certain:
        return outer
    return replace(outer, otherwise=further(outer.otherwise, inner)) if outer.otherwise else inner


def student(hinted: Hint, students: Iterable[Student]) -> str:
    """Return the id of the one student whom a platform can mean, nothing where that is nobody or more than one."""
    return meant(hinted, tuple(students))[1]


def meant(hinted: Hint, known: Sequence[Student]) -> tuple[Hint, str]:
    """Return the hint that leads to a student, and that student's id: nothing where none does."""
    for same in (_same_id, _same_email, _same_name, _same_name_in_group):
        found = {one.id for one in known for person in hinted.people if same(person, one)}
        if len(found) == 1:
            return hinted, found.pop()
        if found:
            break
    return meant(hinted.otherwise, known) if hinted.otherwise else (hinted, "")


def is_beside(part: str) -> bool:
    """Tell whether a part of a path is a platform's own form, and no file that was handed in."""
    return _BESIDE.fullmatch(part) is not None


def _same_id(person: Person, one: Student) -> bool:
    return bool(person.id) and person.id == one.id


def _same_email(person: Person, one: Student) -> bool:
    return bool(person.email) and person.email.casefold() == one.email.casefold()


def _same_name(person: Person, one: Student) -> bool:
    return _bare(person.name) in _squeezed(one.name)


def _same_name_in_group(person: Person, one: Student) -> bool:
    # A group's name may stand before it, with a dash; either may have dashes of its own.
    words = person.name.split("-")
    return not _squeezed(one.name).isdisjoint(_bare("-".join(words[start:])) for start in range(1, len(words)))


def _squeezed(name: str) -> set[str]:
    """Return a name without spaces, its words in every order."""
    words = [_bare(word) for word in name.split()][:_MOST_WORDS]
    return {"".join(order) for order in itertools.permutations(words)} - {""}


def _bare(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in plain if c.isalnum())


def _hint(told: Mapping[Any, Any]) -> Hint:
    listed = told.get(":submitters")
    people = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    received = told.get(":created_at")
    return Hint(
        tuple(Person(*(str(one.get(f":{key}") or "") for key in ("name", "sid", "email"))) for one in people),
        received.isoformat() if isinstance(received, datetime) else str(received or ""),
    )
