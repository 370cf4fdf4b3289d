"""How learning platforms name what they give for download: what a path tells of whose hand-in it is.

Moodle: `Full Name_12345_assignsubmission_file/FILE` or, without folders, `..._assignsubmission_file_FILE`; before that
may stand the group's name and a dash (mod/assign/locallib.php, download_submissions). Canvas:
`lastfirst_LATE_USER_FILE_NAME`, without spaces (ContentZipper). Gradescope: `submission_123/FILE`, and beside those
folders `submission_metadata.yml`, which says whose they are.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from labproof.classes.roster import Student
from labproof.ground.untrusted import read_yaml

METADATA = "submission_metadata.yml"
_MOODLE = re.compile(r"(?P<name>[^_]+)_(?P<number>\d+)_assignsubmission_[a-z]+(_.*)?")
_CANVAS = re.compile(r"(?P<name>[^_]+)(?P<late>_LATE)?_(?P<user>\d+)_(?P<file>\d+)_.+")
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
    """What a platform tells of one hand-in: whose it may be, when it came (ISO), whether that was late."""

    people: tuple[Person, ...] = ()
    received: str = ""
    is_late: bool = False


Metadata = Mapping[str, Hint]
"""What Gradescope tells of each folder."""


def metadata(text: str) -> Metadata:
    """Return what a `submission_metadata.yml` tells; what is not as Gradescope writes it tells nothing."""
    try:
        # Its keys are Ruby's symbols, which begin with a colon.
        found = read_yaml(text)
    except ValueError:
        return {}
    return {str(folder): _hint(told) for folder, told in found.items() if isinstance(told, dict)}


def hint(place: Iterable[str], told: Metadata) -> Hint:
    """Return what the parts of a path tell of whose hand-in it is, the innermost first; nothing where none does."""
    for part in reversed(tuple(place)):
        if part in told:
            return told[part]
        if found := _MOODLE.fullmatch(part):
            return Hint((Person(name=found["name"]),))
        if found := _CANVAS.fullmatch(part):
            return Hint((Person(name=found["name"]),), is_late=bool(found["late"]))
    return Hint()


def student(hinted: Hint, students: Iterable[Student]) -> str:
    """Return the id of the one student whom a platform can mean, nothing where that is nobody or more than one."""
    known = tuple(students)
    for same in (_same_id, _same_email, _same_name):
        found = {one.id for one in known for person in hinted.people if same(person, one)}
        if len(found) == 1:
            return found.pop()
    return ""


def _same_id(person: Person, one: Student) -> bool:
    return bool(person.id) and person.id == one.id


def _same_email(person: Person, one: Student) -> bool:
    return bool(person.email) and person.email.casefold() == one.email.casefold()


def _same_name(person: Person, one: Student) -> bool:
    names = _squeezed(one.name)
    # A group's name may stand before it, with a dash.
    said = {_bare(person.name), _bare(person.name.partition("-")[2]), _bare(person.name.rpartition("-")[2])}
    return bool(said & names)


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
