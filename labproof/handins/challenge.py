"""An assignment: the instructor's file with a secret for each student, and the file that each student gets."""

import hashlib
import json
import os
import re
import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import Field

from labproof.classes.roster import Student
from labproof.ground import settings
from labproof.ground.errors import ConfigError

SECRETS = "secrets.toml"
STUDENTS = "students"
_SECRET_BYTES = 32
"""As long as what HMAC-SHA256 gives: RFC 2104, section 3, advises against shorter keys."""

_UNUSUAL = re.compile(r"[^\w.-]+")
_KEEP = "# The secret of every student: keep this file, and give it to nobody.\n"
_GIVE = "# For one student alone: `labproof hand-in --assignment` signs with it what is handed in.\n"
_LOOKS_LIKE = "`labproof class assignment` writes such a file"


class Secret(settings.Settings):
    """One student of an assignment, with the secret that is theirs alone, in hexadecimal."""

    id: str = Field(min_length=1)
    name: str = ""
    email: str = ""
    group: str = ""
    secret: str = Field(pattern=r"^[0-9a-f]{64}$")


class _About(settings.Settings):
    version: Literal[1] = Field(default=1, alias="schema")
    assignment: str = Field(pattern=r"^[A-Za-z0-9-]{1,80}$")
    course: str = ""
    course_digest: str = ""
    rubric: str = ""
    made: str = ""
    closes: str = ""


class Challenge(_About):
    """An assignment as its instructor keeps it."""

    student: tuple[Secret, ...] = ()

    def secret(self, id_: str) -> Secret | None:
        """Return a student's own secret, None for somebody whom the assignment does not know."""
        return next((one for one in self.student if one.id == id_), None)


class Task(_About):
    """An assignment as one student gets it."""

    student: str = Field(min_length=1)
    secret: str = Field(pattern=r"^[0-9a-f]{64}$")


def moment(text: str) -> datetime | None:
    """Return a time that says its zone, None for anything else."""
    try:
        time = datetime.fromisoformat(text)
        return time.astimezone(UTC) if time.tzinfo else None
    except (ValueError, OverflowError):
        return None


def closing(text: str) -> str:
    """Return a closing time as it is kept. Raises ConfigError unless it is a time with its zone."""
    if moment(text) is None:
        example = "2026-12-01T23:59+08:00"
        raise ConfigError([f"--closes: expected a time with its zone, such as {example}, found {text[:80]!r}"])
    return datetime.fromisoformat(text).isoformat()


def make(
    folder: Path, students: Iterable[Student], course: tuple[str, str], rubric: str, closes: str
) -> tuple[Challenge, int]:
    """Write an assignment into a folder; return it, and how many students are new in it.

    One that is there already keeps its name and its secrets: what was given out stays good.
    """
    path = folder / SECRETS
    old = load(path) if path.exists() else None
    known = {one.id: one.secret for one in old.student} if old else {}
    listed = tuple(
        Secret(
            id=one.id,
            name=one.name,
            email=one.email,
            group=one.group,
            secret=known.get(one.id) or secrets.token_hex(_SECRET_BYTES),
        )
        for one in students
    )
    made = datetime.now(UTC)
    challenge = Challenge(
        assignment=old.assignment if old else f"{made:%Y%m%d}-{secrets.token_hex(3)}",
        course=course[0],
        course_digest=course[1],
        rubric=rubric,
        made=old.made if old else made.isoformat(timespec="seconds"),
        closes=closing(closes),
        student=listed,
    )
    _write_all(folder, challenge)
    return challenge, sum(one.id not in known for one in listed)


def load(path: Path) -> Challenge:
    """Read the instructor's file. Raises ConfigError that names each wrong key."""
    return settings.load(path, Challenge, _LOOKS_LIKE)


def load_task(path: Path) -> Task:
    """Read a student's file. Raises ConfigError that names each wrong key."""
    return settings.load(path, Task, _LOOKS_LIKE)


def _write_all(folder: Path, challenge: Challenge) -> None:
    given = folder / STUDENTS
    try:
        given.mkdir(parents=True, exist_ok=True, mode=0o700)
        about = challenge.model_dump(by_alias=True, exclude={"student"})
        tables = [line for one in challenge.student for line in ("", "[[student]]", *_lines(one.model_dump()))]
        _write(folder / SECRETS, _KEEP, [*_lines(about), *tables])
        names = file_names([one.id for one in challenge.student])
        for one in challenge.student:
            _write(given / names[one.id], _GIVE, _lines({**about, "student": one.id, "secret": one.secret}))
    except OSError as problem:
        fix = "name a folder that can be written in"
        raise ConfigError([f"--out: {folder}: cannot be written ({problem.strerror}); {fix}"]) from None


def file_names(ids: Sequence[str]) -> dict[str, str]:
    """Return the name of each student's file; an id of a roster fits into one on every system."""
    usual = {id_: _UNUSUAL.sub("_", id_) for id_ in ids}
    counted = Counter(name.casefold() for name in usual.values())
    # Two ids may differ in nothing but what is unusual; neither is to get the other one's secret.
    own = {id_: f"-{hashlib.sha256(id_.encode()).hexdigest()[:8]}" for id_ in ids}
    return {
        id_: f"assignment-{name}{own[id_] if counted[name.casefold()] > 1 else ''}.toml" for id_, name in usual.items()
    }


def _lines(values: dict[str, object]) -> list[str]:
    return [f"{key} = {value if isinstance(value, int) else _quoted(str(value))}" for key, value in values.items()]


def _quoted(text: str) -> str:
    # JSON's escapes are TOML's, but for the one control character that JSON leaves as it is.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _write(path: Path, says: str, lines: list[str]) -> None:
    """Write a file that nobody else may read, whole or not at all."""
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(says + "\n".join(lines) + "\n")
    draft.replace(path)
